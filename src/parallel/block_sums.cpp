#include "fullforce/parallel/block_sums.hpp"

#include <algorithm>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

BlockSums::BlockSums(Index capacity)
    : stride_(padded<std::int64_t>(capacity + 1)), sums_(static_cast<std::size_t>(stride_ * thread_count())) {}

std::span<std::int64_t> BlockSums::of_thread(Index thread) {
  return std::span(sums_).subspan(static_cast<std::size_t>(thread * stride_), static_cast<std::size_t>(count_ + 1));
}

void BlockSums::begin(Index count, double bound) {
  FULLFORCE_EXPECT(count < stride_);
  count_ = count;
  scale_ = FixedPoint(bound);
  for (Index t = 0; t < thread_count(); ++t) std::ranges::fill(of_thread(t), 0);
}

template <Real T>
void BlockSums::add(Index first, std::span<const T> values) {
  const std::span<std::int64_t> mine = of_thread(thread_index());
  scale_.add(values, mine.data() + first, mine.back());
}

void BlockSums::reduce(const Communicator& comm) {
  const std::span<std::int64_t> total = of_thread(0);
  for (Index t = 1; t < thread_count(); ++t) {
    const std::span<const std::int64_t> part = of_thread(t);
    for (std::size_t k = 0; k < part.size(); ++k) total[k] += part[k];
  }
  comm.sum(total);
  const bool sound = total.back() == 0 && std::ranges::all_of(total, FixedPoint::in_range);
  if (!sound) throw RunError("a sum over neurons is not finite or beyond its bound");
}

Index BlockSums::bytes(Index capacity) {
  return padded<std::int64_t>(capacity + 1) * thread_count() * static_cast<Index>(sizeof(std::int64_t));
}

template void BlockSums::add(Index, std::span<const float>);
template void BlockSums::add(Index, std::span<const double>);

}  // namespace fullforce

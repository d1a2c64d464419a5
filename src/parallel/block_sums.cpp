#include "fullforce/parallel/block_sums.hpp"

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

BlockSums::BlockSums(Shape shape) : stride_(shape.stride()), threads_(shape.threads), sums_(stride_ * threads_) {
  sums_.fill(0);
}

/// The sums of a thread and its number of errors. They are zero if it has not added anything in this round.
std::span<std::int64_t> BlockSums::of_thread(Index thread) {
  std::int64_t* const set = sums_.data() + thread * stride_;
  if (*set != round_) {
    std::fill_n(set + 1, count_ + 1, 0);
    *set = round_;
  }
  return {set + 1, as_size(count_ + 1)};
}

void BlockSums::begin(Index count, double bound) {
  begin(count);
  scale_ = FixedPoint(bound);
}

void BlockSums::begin(Index count) {
  FULLFORCE_EXPECT(count + 2 <= stride_);
  count_ = count;
  ++round_;
}

template <Real T>
void BlockSums::add(Index first, std::span<const T> values, const FixedPoint& scale) {
  const std::span<std::int64_t> mine = of_thread(thread_index());
  scale.add(values, mine.data() + first, mine.back());
}

void BlockSums::reduce(const Communicator& comm) {
  const std::span<std::int64_t> total = of_thread(0);
  for (Index t = 1; t < threads_; ++t) {
    if (sums_[t * stride_] != round_) continue;
    const std::span<const std::int64_t> part = of_thread(t);
    for (std::size_t k = 0; k < part.size(); ++k) total[k] += part[k];
  }
  comm.sum(total);
  const bool sound = total.back() == 0 && std::ranges::all_of(total, FixedPoint::in_range);
  if (!sound) throw RunError("a sum over neurons is not finite or beyond its bound");
}

template void BlockSums::add(Index, std::span<const float>, const FixedPoint&);
template void BlockSums::add(Index, std::span<const double>, const FixedPoint&);

}  // namespace fullforce

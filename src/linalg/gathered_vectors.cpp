#include "fullforce/linalg/gathered_vectors.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "fullforce/linalg/kernels.hpp"

namespace fullforce {

template <Real T>
GatheredVectors<T>::GatheredVectors(const Layout& layout, Index groups, Index vectors, bool apart)
    : layout_(&layout),
      vectors_(vectors),
      group_width_(padded_vectors<T>(vectors)),
      width_(groups * group_width_),
      first_row_(apart ? 0 : layout.first_row()),
      apart_(apart),
      rows_((apart ? layout.local_rows() : layout.rows()) * width_),
      gather_(layout.comm(), layout.partition(), width_) {
  rows_.fill(T(0));
  if (apart || (groups == 1 && vector_order<T>(vectors) == VectorOrder::side_by_side)) return;
  for (Index g = 0; g < groups; ++g) groups_.emplace_back(layout.rows(), vectors);
}

template <Real T>
void GatheredVectors<T>::gather() {
  if (apart_) return;
  gather_(rows_.span());
  take_apart();
}

template <Real T>
void GatheredVectors<T>::start_gather() {
  if (apart_) return;
  gather_.start(rows_.span());
  moving_ = true;
}

template <Real T>
void GatheredVectors<T>::finish_gather() {
  if (!std::exchange(moving_, false)) return;
  gather_.finish();
  take_apart();
}

template <Real T>
void GatheredVectors<T>::take_apart() {
  if (groups_.empty()) return;
  // Few numbers are copied sooner than a second thread has woken up.
  constexpr Index few = 4096;
  if (rows_.size() <= few) {
    take_apart(0, layout_->rows());
    return;
  }
  const RowPartition& partition = layout_->partition();
  const Index run = partition.block_size();
  for_each_in_parallel(partition.blocks(),
                       [&](Index k) { take_apart(k * run, std::min(run, layout_->rows() - k * run)); });
}

template <Real T>
void GatheredVectors<T>::take_apart(Index first, Index count) {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const VectorsView<T> to = groups_[g].view();
    for (Index j = first; j < first + count; ++j) {
      const T* const from = row(static_cast<Index>(g), j);
      if (to.order == VectorOrder::side_by_side)
        std::copy_n(from, to.stride, to.data + j * to.stride);
      else
        for (Index v = 0; v < vectors_; ++v) to.data[v * to.stride + j] = from[v];
    }
  }
}

template <Real T>
bool GatheredVectors<T>::all_finite() const {
  // What is kept apart only its owner knows.
  if (apart_) return true;
  // Threads pay where memory is read.
  constexpr Index in_cache = 1 << 18;
  const Index run = std::max(in_cache / width_, Index{1}) * width_;
  std::atomic<bool> finite = true;
  const auto look_at = [&](Index k) {
    if (!kernels::all_finite(rows_.data() + k * run, std::min(run, rows_.size() - k * run))) finite = false;
  };
  if (rows_.size() <= run)
    look_at(0);
  else
    for_each_in_parallel((rows_.size() + run - 1) / run, look_at);
  return finite;
}

template class GatheredVectors<float>;
template class GatheredVectors<double>;

}  // namespace fullforce

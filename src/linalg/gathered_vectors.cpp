#include "fullforce/linalg/gathered_vectors.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "fullforce/linalg/kernels.hpp"

namespace fullforce {
namespace {

/// Whether the rows are already what the groups would be. This is so for one group whose vectors lie side by side. It
/// is also so if only rows are wanted.
template <Real T>
bool rows_suffice(Index groups, Index vectors, bool local_only) {
  return local_only || (groups == 1 && vector_order<T>(vectors) == VectorOrder::side_by_side);
}

/// Whether a group can be read where it was written, because nothing travels between ranks.
template <Real T>
bool groups_suffice(Index ranks, Index vectors, bool local_only) {
  return !local_only && ranks == 1 && (vectors == 1 || vector_order<T>(vectors) == VectorOrder::side_by_side);
}

}  // namespace

template <Real T>
GatheredVectors<T>::GatheredVectors(const Layout& layout, Index groups, Index vectors, bool local_only)
    : layout_(&layout),
      vectors_(vectors),
      group_width_(padded_vectors<T>(vectors)),
      first_row_(local_only ? 0 : layout.first_row()),
      local_only_(local_only),
      in_place_(groups_suffice<T>(layout.comm().size(), vectors, local_only)),
      stride_((in_place_ ? 1 : groups) * group_width_),
      gather_(layout.comm(), layout.partition(), stride_) {
  if (in_place_ || !rows_suffice<T>(groups, vectors, local_only))
    for (Index g = 0; g < groups; ++g) groups_.emplace_back(layout.rows(), vectors);
  if (!in_place_) rows_ = AlignedArray<T>((local_only ? layout.local_rows() : layout.rows()) * stride_);
  rows_.fill(T(0));
  for (Index g = 0; g < groups; ++g)
    starts_.push_back(in_place_ ? groups_[as_size(g)].view().data : rows_.data() + g * group_width_);
}

template <Real T>
void GatheredVectors<T>::gather() {
  if (in_place_ || local_only_) return;
  gather_(rows_.span());
  unpack();
}

template <Real T>
void GatheredVectors<T>::start_gather() {
  if (in_place_ || local_only_) return;
  gather_.start(rows_.span());
  moving_ = true;
}

template <Real T>
void GatheredVectors<T>::finish_gather() {
  if (!std::exchange(moving_, false)) return;
  gather_.finish();
  unpack();
}

template <Real T>
void GatheredVectors<T>::unpack() {
  if (groups_.empty()) return;
  // One thread copies few numbers sooner than a second thread wakes up.
  constexpr Index few = 4096;
  if (rows_.size() <= few) {
    unpack(0, layout_->rows());
    return;
  }
  const RowPartition& partition = layout_->partition();
  const Index run = partition.block_size();
  for_each_in_parallel(partition.blocks(), [&](Index k) { unpack(k * run, std::min(run, layout_->rows() - k * run)); });
}

template <Real T>
void GatheredVectors<T>::unpack(Index first, Index count) {
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
  // If vectors are kept local, only the owner of a row knows whether it is finite.
  if (local_only_) return true;
  if (!in_place_) return is_finite(rows_.span());
  return std::all_of(starts_.begin(), starts_.end(), [this](const T* group) {
    return is_finite({group, as_size(layout_->rows() * stride_)});
  });
}

template <Real T>
bool GatheredVectors<T>::is_finite(std::span<const T> values) const {
  // Several threads pay only if the numbers come from memory.
  constexpr Index in_cache = 1 << 18;
  const Index count = static_cast<Index>(values.size());
  std::atomic<bool> finite = true;
  const auto look_at = [&](Index k) {
    if (!kernels::all_finite(values.data() + k * in_cache, std::min(in_cache, count - k * in_cache))) finite = false;
  };
  if (count <= in_cache)
    look_at(0);
  else
    for_each_in_parallel((count + in_cache - 1) / in_cache, look_at);
  return finite;
}

template <Real T>
double GatheredVectors<T>::Shape::bytes_gathered() const {
  return static_cast<double>(partition.rows() * groups * vectors) * sizeof(T);
}

template <Real T>
Index GatheredVectors<T>::Shape::bytes() const {
  const bool in_place = groups_suffice<T>(partition.ranks(), vectors, local_only);
  const Index rows = in_place ? 0 : local_only ? partition.largest_row_count() : partition.rows();
  const Index of_groups = in_place || !rows_suffice<T>(groups, vectors, local_only) ? partition.rows() : 0;
  return (rows + of_groups) * groups * padded_vectors<T>(vectors) * static_cast<Index>(sizeof(T));
}

template class GatheredVectors<float>;
template class GatheredVectors<double>;

}  // namespace fullforce

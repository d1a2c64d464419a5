#include "row_exchange.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

#include "fullforce/linalg/kernels.hpp"

namespace fullforce {

template <Real T>
typename RowExchange<T>::Place RowExchange<T>::place_in(T* rows, T* groups) const {
  Place place{rows, {}};
  for (Index g = 0; shape_.separates && g < shape_.groups; ++g)
    place.groups.push_back(shape_.group.in(groups + g * shape_.group.size()));
  return place;
}

template <Real T>
void RowExchange<T>::separate(const Place& place, Index first, Index count, Index columns) const {
  const auto copy = [&](Index begin, Index rows) {
    const MatrixView<const T> from{place.rows + begin * shape_.width(), columns, shape_.width()};
    for (Index g = 0; g < shape_.groups; ++g) {
      const VectorsView<T>& to = place.groups[as_size(g)];
      const MatrixView<const T> group = from.from(0, g * shape_.group_width);
      if (to.order == VectorOrder::side_by_side)
        for (Index j = 0; j < rows; ++j)
          std::copy_n(group.data + j * group.stride, to.stride, to.data + (begin + j) * to.stride);
      else
        kernels::transpose<T>(group, rows, columns, {to.data + begin, shape_.group.length - begin, to.stride});
    }
  };
  // One thread copies few numbers sooner than a second thread wakes up.
  constexpr Index few = 4096;
  if (place.groups.empty()) return;
  if (count * shape_.width() <= few) return copy(first, count);
  const Index run = layout_->partition().block_size();
  for_each_in_parallel((count + run - 1) / run,
                       [&](Index k) { copy(first + k * run, std::min(run, count - k * run)); });
}

template <Real T>
bool RowExchange<T>::is_finite(const T* values, Index count) const {
  // Several threads pay only if the numbers come from memory.
  constexpr Index in_cache = 1 << 18;
  std::atomic<bool> finite = true;
  const auto look_at = [&](Index k) {
    if (!kernels::all_finite(values + k * in_cache, std::min(in_cache, count - k * in_cache))) finite = false;
  };
  if (count <= in_cache)
    look_at(0);
  else
    for_each_in_parallel((count + in_cache - 1) / in_cache, look_at);
  return finite;
}

template <Real T>
void RowExchange<T>::hide_others(const Place& place, std::span<const std::uint8_t> reads) const {
  for (Index row = 0; row < shape_.group.length; ++row) {
    if (reads[as_size(row)] != 0) continue;
    std::fill_n(place.rows + row * shape_.width(), shape_.width(), std::numeric_limits<T>::quiet_NaN());
    separate(place, row, 1, shape_.group.count);
  }
}

template class RowExchange<float>;
template class RowExchange<double>;

}  // namespace fullforce

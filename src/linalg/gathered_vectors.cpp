#include "fullforce/linalg/gathered_vectors.hpp"

#include "fullforce/linalg/kernels.hpp"

namespace fullforce {

template <Real T>
GatheredVectors<T>::GatheredVectors(const Layout& layout, Index groups, Index vectors, bool apart)
    : vectors_(vectors),
      group_width_(padded_vectors<T>(vectors)),
      width_(groups * group_width_),
      first_row_(apart ? 0 : layout.first_row()),
      apart_(apart),
      rows_((apart ? layout.local_rows() : layout.rows()) * width_),
      gather_(layout.comm(), layout.partition(), width_) {
  rows_.fill(T(0));
  if (!apart && vector_order<T>(vectors) == VectorOrder::by_vector)
    for (Index g = 0; g < groups; ++g) by_vector_.emplace_back(layout.rows(), vectors);
}

template <Real T>
void GatheredVectors<T>::gather() {
  if (apart_) return;
  gather_(rows_.span());
  const Index rows = rows_.size() / width_;
  for (std::size_t g = 0; g < by_vector_.size(); ++g) {
    const VectorsView<T> to = by_vector_[g].view();
    const T* from = rows_.data() + static_cast<Index>(g) * group_width_;
    for (Index v = 0; v < vectors_; ++v)
      for (Index j = 0; j < rows; ++j) to.data[v * to.stride + j] = from[j * width_ + v];
  }
}

template <Real T>
VectorsView<const T> GatheredVectors<T>::group(Index g) const {
  if (!by_vector_.empty()) return by_vector_[static_cast<std::size_t>(g)].view();
  return {rows_.data() + g * group_width_, width_, VectorOrder::side_by_side};
}

template <Real T>
bool GatheredVectors<T>::all_finite() const {
  return kernels::all_finite(rows_.data(), rows_.size());
}

template class GatheredVectors<float>;
template class GatheredVectors<double>;

}  // namespace fullforce

#include "fullforce/linalg/gathered_vectors.hpp"

#include "fullforce/linalg/kernels.hpp"

namespace fullforce {

template <Real T>
GatheredVectors<T>::GatheredVectors(const Layout& layout, Index groups, Index vectors)
    : vectors_(vectors),
      group_width_(padded_vectors<T>(vectors)),
      width_(groups * group_width_),
      first_row_(layout.first_row()),
      rows_(layout.rows() * width_),
      gather_(layout.comm(), layout.partition(), width_) {
  rows_.fill(T(0));
  if (vector_order<T>(vectors) == VectorOrder::by_vector)
    for (Index g = 0; g < groups; ++g) apart_.emplace_back(layout.rows(), vectors);
}

template <Real T>
void GatheredVectors<T>::gather() {
  gather_(rows_.span());
  const Index rows = rows_.size() / width_;
  for (std::size_t g = 0; g < apart_.size(); ++g) {
    const VectorsView<T> to = apart_[g].view();
    const T* from = rows_.data() + static_cast<Index>(g) * group_width_;
    for (Index v = 0; v < vectors_; ++v)
      for (Index j = 0; j < rows; ++j) to.data[v * to.stride + j] = from[j * width_ + v];
  }
}

template <Real T>
VectorsView<const T> GatheredVectors<T>::group(Index g) const {
  if (!apart_.empty()) return apart_[static_cast<std::size_t>(g)].view();
  return {rows_.data() + g * group_width_, width_, VectorOrder::side_by_side};
}

template <Real T>
bool GatheredVectors<T>::all_finite() const {
  return kernels::all_finite(rows_.data(), rows_.size());
}

template class GatheredVectors<float>;
template class GatheredVectors<double>;

}  // namespace fullforce

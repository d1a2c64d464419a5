#pragma once
#include "fullforce/linalg/row_matrix.hpp"

namespace fullforce {

/// The order in which several vectors lie in memory. Few vectors lie by vector: each is contiguous, so that a product
/// runs over whole registers of its elements. Many vectors lie side by side: the elements of one row are neighbours, so
/// that a register holds one element of each vector. A product then reads the matrix element by element and keeps a
/// tile of sums in registers.
enum class VectorOrder { by_vector, side_by_side };

/// Each row of vectors that lie side by side is padded to whole units of this many bytes.
inline constexpr Index vector_unit_bytes = 32;

/// Returns the order for a number of vectors. It depends on this number alone, so it cannot depend on the layout (the
/// numbers of ranks and threads). The limit was measured with AVX-512. Up to 16 bytes of scalars a row, a product waits
/// for the matrix to be read, in either order. Beyond, side by side is up to twice as fast.
template <Real T>
constexpr VectorOrder vector_order(Index vectors) {
  return vectors * static_cast<Index>(sizeof(T)) > 16 ? VectorOrder::side_by_side : VectorOrder::by_vector;
}

/// Returns the number of scalars from one row to the next of `vectors` vectors that lie side by side. It returns
/// `vectors` itself where each vector is contiguous.
template <Real T>
constexpr Index padded_vectors(Index vectors) {
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  return vector_order<T>(vectors) == VectorOrder::side_by_side ? (vectors + unit - 1) / unit * unit : vectors;
}

/// Vectors whose memory belongs to another object. Element j of vector v is data[v * stride + j] by vector, and data[j
/// * stride + v] side by side. The padding behind each vector or each row is zero.
template <class T>
struct VectorsView {
  T* data = nullptr;
  Index stride = 0;
  VectorOrder order = VectorOrder::by_vector;

  T& operator()(Index v, Index j) const {
    return order == VectorOrder::by_vector ? data[v * stride + j] : data[j * stride + v];
  }
  operator VectorsView<const T>() const { return {data, stride, order}; }
};

/// How `count` vectors of `length` elements each lie in memory.
template <Real T>
struct VectorsShape {
  Index length = 0;
  Index count = 0;
  VectorOrder order = vector_order<T>(count);

  Index stride() const { return order == VectorOrder::by_vector ? row_stride<T>(length) : padded_vectors<T>(count); }
  Index size() const { return stride() * (order == VectorOrder::by_vector ? count : length); }
  VectorsView<T> in(T* memory) const { return {memory, stride(), order}; }
};

/// Holds `count` vectors of `length` elements each, in the order that suits their number. All elements are zero at
/// first.
template <Real T>
class Vectors {
 public:
  Vectors() = default;
  Vectors(Index length, Index count) : shape_{length, count}, data_(shape_.size()) { data_.fill(T(0)); }

  VectorsView<T> view() { return shape_.in(data_.data()); }
  VectorsView<const T> view() const { return {data_.data(), shape_.stride(), shape_.order}; }

 private:
  VectorsShape<T> shape_;
  AlignedArray<T> data_;
};

}  // namespace fullforce

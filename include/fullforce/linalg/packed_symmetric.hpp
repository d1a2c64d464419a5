#pragma once
#include "fullforce/linalg/kernels.hpp"

/// Symmetric matrices that are packed: only the lower triangle is stored, in panels of eight rows. Panel k is a
/// row-major matrix [8, 8 (k + 1)], which holds the rows from 8 k on and the columns from 0 on. Its last eight columns
/// are the tile on the diagonal, which is stored whole. Rows and columns behind the last are zero and stay zero. Panels
/// follow each other, so that a product goes through memory from the first element to the last.
namespace fullforce {

inline constexpr Index panel_rows = 8;

/// The number of panels of a packed matrix with `size` rows.
constexpr Index panels(Index size) { return (size + panel_rows - 1) / panel_rows; }

/// The element at which panel k begins. It is the size of the panels before it.
constexpr Index panel_start(Index k) { return panel_rows * panel_rows / 2 * k * (k + 1); }

/// The number of elements of a packed matrix with `size` rows. It is a multiple of 64.
constexpr Index packed_size(Index size) { return panel_start(panels(size)); }

/// The place of element (i, j), where j is at most 8 (i / 8) + 7.
constexpr Index packed_place(Index i, Index j) {
  const Index k = i / panel_rows;
  return panel_start(k) + i % panel_rows * panel_rows * (k + 1) + j;
}

/// Up to so many vectors lie by vector when they are multiplied with a packed matrix. More of them lie side by side.
/// With AVX-512, four vectors side by side fill at most half of a register. With 200 features, an update of P by four
/// samples took 0.64 (single precision) and 0.75 (double) of the time that it took with samples side by side.
inline constexpr Index few_vectors = 4;

/// How vectors that are multiplied with a packed matrix of `size` rows lie in memory.
template <Real T>
constexpr VectorsShape<T> packed_vectors(Index size, Index vectors) {
  static_assert(vector_order<T>(few_vectors + 1) == VectorOrder::side_by_side, "their rows fill whole units");
  return {.length = panels(size) * panel_rows,
          .count = vectors,
          .order = vectors <= few_vectors ? VectorOrder::by_vector : VectorOrder::side_by_side};
}

/// The number of scalars from one row to the next of `vectors` vectors side by side, in whole units. One vector lies
/// without gaps.
template <Real T>
constexpr Index packed_stride(Index vectors) {
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  return vectors == 1 ? 1 : (vectors + unit - 1) / unit * unit;
}

namespace kernels {

/// Computes y = A x for a packed symmetric matrix A of `size` rows and `vectors` vectors, which lie as packed_vectors()
/// says. The elements of x from `size` on are zero. The order of a sum depends on `size`, and on whether the vectors
/// are few. The kernel makes 2 size^2 vectors operations and reads A once.
template <Real T>
void multiply_packed(const T* A, Index size, const VectorsView<const T>& x, Index vectors, const VectorsView<T>& y);

/// Computes A -= left right for a packed symmetric matrix A, where right [inner, size] is the transpose of left [size,
/// inner]. Rows of `left` from `size` on are zero up to the last panel, as is the padding of `right`. The kernel makes
/// size^2 inner operations, and reads and writes A once.
template <Real T>
void subtract_packed_product(T* A, Index size, const MatrixView<const T>& left, Index inner,
                             const MatrixView<const T>& right);

/// Computes gram(a, b) = sum_i x(i, a) y(i, b) for a <= b < vectors and i < rows, in T. Both x and y lie as
/// packed_vectors() says, and `rows` fills whole panels. What stands below the diagonal of `gram` [vectors, vectors]
/// has no meaning. The kernel makes about rows vectors^2 operations.
template <Real T>
void multiply_samples(const VectorsView<const T>& x, const VectorsView<const T>& y, Index rows, Index vectors,
                      const MatrixView<double>& gram);

/// Computes y(j, b) -= sum_k a(k, j) c(k, b), for k < inner, j < cols and all vectors side by side. `cols` is a
/// multiple of 8. The rows of c and y lie packed_stride<T>(vectors) scalars apart, and the vectors are more than few.
template <Real T>
void subtract_transposed_product(const MatrixView<const T>& a, Index inner, Index cols, const MatrixView<const T>& c,
                                 Index vectors, T* y);

}  // namespace kernels
}  // namespace fullforce

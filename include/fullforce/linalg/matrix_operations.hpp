#pragma once
#include <span>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/parallel/block_sums.hpp"
#include "fullforce/parallel/layout.hpp"

/// Operations on this rank's rows of whole matrices, block by block over the threads: what kernels.hpp does for a
/// block. Matrices are given from this rank's first row on. Results do not depend on the layout.
namespace fullforce {

/// y(i, b) = sum_j A(i, j) x(b, j) for j < cols, b < vectors. 2 N cols vectors operations over all ranks.
template <Real T>
void multiply(const Layout& layout, MatrixView<const T> A, Index cols, VectorsView<const T> x, Index vectors,
              MatrixView<T> y);

/// y(i, b) -= sum_j A(i, j) x(b, j).
template <Real T>
void subtract_multiple(const Layout& layout, MatrixView<const T> A, Index cols, VectorsView<const T> x, Index vectors,
                       MatrixView<T> y);

/// C(i, j) -= sum_k left(i, k) right(k, j) for k < inner, j < cols; every rank has all of `right`.
template <Real T>
void subtract_product(const Layout& layout, MatrixView<T> C, Index cols, MatrixView<const T> left, Index inner,
                      MatrixView<const T> right);

/// out(i, b) = sum_a in(i, a) factor(a, b) for a, b < count; `factor` as for kernels::multiply_small.
template <Real T>
void multiply_small(const Layout& layout, MatrixView<const T> in, Index count, const double* factor, MatrixView<T> out);

/// Adds each block's part of A^T x, [cols, vectors] without padding, to `sums` from the first one on, in double
/// precision. `scratch` holds transposed_product_scratch() numbers for each thread.
template <Real T>
void add_transposed_product(const Layout& layout, MatrixView<const T> A, Index cols, MatrixView<const T> x,
                            Index vectors, BlockSums& sums, std::span<AlignedArray<double>> scratch);

/// Numbers of scratch memory that a thread needs, where blocks have `block_size` rows at the most.
Index transposed_product_scratch(Index block_size, Index cols, Index vectors);

}  // namespace fullforce

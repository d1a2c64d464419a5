#pragma once
#include <span>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/parallel/block_sums.hpp"
#include "fullforce/parallel/layout.hpp"

/// These operations work on this rank's rows of whole matrices. They do what kernels.hpp does for one block, for all
/// blocks of this rank, distributed over the threads. A matrix argument begins with this rank's first row. Results do
/// not depend on the layout (the numbers of ranks and threads).
namespace fullforce {

/// Computes y(i, b) = sum_j A(i, j) x(b, j) for j < cols, b < vectors. All ranks together make 2 N cols vectors
/// operations.
template <Real T>
void multiply(const Layout& layout, const MatrixView<const T>& A, Index cols, const VectorsView<const T>& x,
              Index vectors, const MatrixView<T>& y);

/// Computes y(i, b) -= sum_j A(i, j) x(b, j).
template <Real T>
void subtract_multiple(const Layout& layout, const MatrixView<const T>& A, Index cols, const VectorsView<const T>& x,
                       Index vectors, const MatrixView<T>& y);

/// Computes C(i, j) -= sum_k left(i, k) right(k, j) for k < inner, j < cols. Every rank has all of `right`.
template <Real T>
void subtract_product(const Layout& layout, const MatrixView<T>& C, Index cols, const MatrixView<const T>& left,
                      Index inner, const MatrixView<const T>& right);

/// Computes out(i, b) = sum_a in(i, a) factor(a, b) for a, b < count. `factor` is as for kernels::multiply_small().
template <Real T>
void multiply_small(const Layout& layout, const MatrixView<const T>& in, Index count, const double* factor,
                    const MatrixView<T>& out);

/// Adds each block's part of A^T x to `sums`, from the first sum on. The product is [cols, vectors] without padding and
/// is formed in double precision. `scratch` holds transposed_product_scratch() numbers for each thread.
template <Real T>
void add_transposed_product(const Layout& layout, const MatrixView<const T>& A, Index cols,
                            const MatrixView<const T>& x, Index vectors, BlockSums& sums,
                            std::span<AlignedArray<double>> scratch);

/// Returns the number of scratch numbers that a thread needs if blocks have at most `block_size` rows.
Index transposed_product_scratch(Index block_size, Index cols, Index vectors);

}  // namespace fullforce

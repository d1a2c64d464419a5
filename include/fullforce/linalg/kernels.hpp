#pragma once
#include <cstdint>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/linalg/vectors.hpp"

/// Kernels work on a block of rows. In their comments, a register is a vector register of the processor, a unit is
/// vector_unit_bytes long, and an aligned address is a multiple of alignment_bytes. The two orders of vectors, by
/// vector and side by side, are those of VectorOrder. Operations are floating-point operations.
namespace fullforce::kernels {

/// Computes y(i, b) = sum_j a(i, j) x(b, j), for i < rows, b < vectors. The order of a sum depends on `cols` alone, so
/// a result is the same whatever is computed beside it.
///
/// If the vectors lie by vector, the kernel runs over `cols` rounded up to whole registers. Rows of `a` and vectors of
/// `x` must then be padded with zeros. If the vectors lie side by side, the kernel writes `vectors` rounded up to whole
/// units of y. Rows of y then lie padded_vectors<T>(vectors) scalars or more apart.
///
/// The kernel makes 2 rows cols vectors operations and reads `a` once.
template <Real T>
void multiply(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x, Index vectors,
              const MatrixView<T>& y);

/// Subtracts the same product: y(i, b) -= sum_j a(i, j) x(b, j).
template <Real T>
void subtract_multiple(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x,
                       Index vectors, const MatrixView<T>& y);

/// The number of rows and columns of a tile of a symmetric matrix.
inline constexpr Index symmetric_tile = 256;

/// Multiplies with a tile a(i, j) of a symmetric matrix and with the tile across the diagonal in one pass, for i <
/// rows, j < cols. The results are y_of_rows(i) = sum_j a(i, j) x_of_cols(j), and y_of_cols(j) = sum_i a(i, j)
/// x_of_rows(i), the latter for j < cols rounded up to whole registers. Neither `rows` nor `cols` may exceed
/// symmetric_tile, and `rows` must fill whole registers. Both sums have the bits that multiply() gives for their tile.
/// The kernel makes 4 rows cols operations and reads `a` once.
template <Real T>
void multiply_both_ways(const MatrixView<const T>& a, Index rows, Index cols, const T* x_of_rows, const T* x_of_cols,
                        T* y_of_rows, T* y_of_cols);

/// Computes c(i, j) -= sum_k left(i, k) right(k, j), for i < rows, k < inner, j < cols rounded up to whole units.
/// Rows of `c` and `right` must be padded with zeros. The kernel makes 2 rows cols inner operations and reads and
/// writes `c` once.
template <Real T>
void subtract_product(const MatrixView<T>& c, Index rows, Index cols, const MatrixView<const T>& left, Index inner,
                      const MatrixView<const T>& right);

/// Sets out(j, i) = a(i, j), for i < rows, j < cols. Rows of both matrices may begin at any element.
template <Real T>
void transpose(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<T>& out);

/// Computes sums(k, b) = sum_i a(i, k) x(i, b), for i < rows, k < cols, b < vectors, in double precision for every T.
/// `sums` is [cols, vectors] without padding. `scratch` must have room for rows * (padded<double>(cols) +
/// padded<double>(vectors)) numbers on an aligned address.
template <Real T>
void multiply_transposed(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<const T>& x,
                         Index vectors, double* sums, double* scratch);

/// Computes sums(b, k) += sum_i a(i, k) x(i, b), for i < rows, k < cols, b < vectors, in T and row by row. It is meant
/// for many columns, and for few enough rows (a block) that sums in T suffice. Rows of `x` must lie
/// padded_vectors<T>(vectors) scalars or more apart. `sums` must have room for `cols` elements and their padding. The
/// kernel makes 2 rows cols vectors operations and reads `a` once.
template <Real T>
void accumulate_transposed(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<const T>& x,
                           Index vectors, const VectorsView<T>& sums);

/// Returns the number of scratch numbers that multiply_transposed() needs.
Index transposed_scratch(Index rows, Index cols, Index vectors);

/// Computes c L^-T for the Cholesky factor L of a symmetric matrix G = L L^T, of which the upper triangle is read. `G`
/// and `factor` are [count, padded<double>(count)] on aligned addresses. G loses its content. `factor` has zeros below
/// its diagonal and in its padding. Returns false, without a result, if G is not positive definite. The kernel makes
/// about 2/3 count^3 operations.
bool inverse_factor(double* G, Index count, double c, double* factor);

/// Computes out(i, b) = sum_a in(i, a) factor(a, b), for i < rows, b < count, in double precision for every T. `factor`
/// is [count, padded<double>(count)] on an aligned address, with zeros in its padding.
template <Real T>
void multiply_small(const MatrixView<const T>& in, Index rows, Index count, const double* factor,
                    const MatrixView<T>& out);

/// Sets rates(i) = tanh(states(i)) for i < count, to about 2e-15 (double) or 4e-7 (float) relative. The result of an
/// element does not depend on where it stands. NaN stays NaN. The two arrays may be the same.
template <Real T>
void tanh(const T* states, Index count, T* rates);

/// Returns whether no value is NaN or infinite.
template <Real T>
bool all_finite(const T* values, Index count);

}  // namespace fullforce::kernels

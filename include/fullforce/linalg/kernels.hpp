#pragma once
#include <cstdint>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/linalg/vectors.hpp"

namespace fullforce::kernels {

/// y(i, b) = sum_j a(i, j) x(b, j), for i < rows, b < vectors. The order of a sum depends on `cols` alone, so a result
/// is the same whatever is computed beside it.
///   by vector: runs over `cols` rounded up to whole registers, so rows of `a` and vectors of `x` must be padded with
///   zeros; side by side: writes `vectors` rounded up to whole units of y, whose rows lie padded_vectors<T>(vectors) or
///   more apart.
/// 2 rows cols vectors operations; reads `a` once.
template <Real T>
void multiply(MatrixView<const T> a, Index rows, Index cols, VectorsView<const T> x, Index vectors, MatrixView<T> y);

/// The same, subtracted: y(i, b) -= sum_j a(i, j) x(b, j).
template <Real T>
void subtract_multiple(MatrixView<const T> a, Index rows, Index cols, VectorsView<const T> x, Index vectors,
                       MatrixView<T> y);

/// Rows and columns of a tile of a symmetric matrix.
inline constexpr Index symmetric_tile = 256;

/// A tile a(i, j) of a symmetric matrix and the one across the diagonal in one pass, i < rows, j < cols, neither more
/// than symmetric_tile and `rows` a number of whole registers: y_of_rows(i) = sum_j a(i, j) x_of_cols(j), and
/// y_of_cols(j) = sum_i a(i, j) x_of_rows(i), for j < cols rounded up to whole registers. Both sums have the bits that
/// multiply() gives for their tile. 4 rows cols operations; reads `a` once.
template <Real T>
void multiply_both_ways(MatrixView<const T> a, Index rows, Index cols, const T* x_of_rows, const T* x_of_cols,
                        T* y_of_rows, T* y_of_cols);

/// c(i, j) -= sum_k left(i, k) right(k, j), for i < rows, k < inner, j < cols rounded up to whole registers: rows of
/// `c` and `right` must be padded with zeros. 2 rows cols inner operations; reads and writes `c` once.
template <Real T>
void subtract_product(MatrixView<T> c, Index rows, Index cols, MatrixView<const T> left, Index inner,
                      MatrixView<const T> right);

/// out(j, i) = a(i, j), for i < rows, j < cols; rows of both begin on aligned addresses or half way to the next.
template <Real T>
void transpose(MatrixView<const T> a, Index rows, Index cols, MatrixView<T> out);

/// sums(k, b) = sum_i a(i, k) x(i, b), for i < rows, k < cols, b < vectors, in double whatever T and X are. `sums` is
/// [cols, vectors] without padding. `scratch` has room for rows * (padded<double>(cols) + padded<double>(vectors))
/// numbers on an aligned address.
template <Real T>
void multiply_transposed(MatrixView<const T> a, Index rows, Index cols, MatrixView<const T> x, Index vectors,
                         double* sums, double* scratch);

/// sums(b, k) += sum_i a(i, k) x(i, b), for i < rows, k < cols, b < vectors, in T, row by row: for many columns, and
/// runs of rows short enough for sums in T (a block). Rows of `x` lie padded_vectors<T>(vectors) or more apart; `sums`
/// has room for `cols` elements and its padding. 2 rows cols vectors operations; reads `a` once.
template <Real T>
void accumulate_transposed(MatrixView<const T> a, Index rows, Index cols, MatrixView<const T> x, Index vectors,
                           VectorsView<T> sums);

/// Scratch numbers that multiply_transposed needs.
Index transposed_scratch(Index rows, Index cols, Index vectors);

/// out(i, b) = sum_a in(i, a) factor(a, b), for i < rows, b < count, in double whatever T is; factor is [count,
/// padded<double>(count)] on an aligned address, zero in its padding.
template <Real T>
void multiply_small(MatrixView<const T> in, Index rows, Index count, const double* factor, MatrixView<T> out);

/// rates(i) = tanh(states(i)) for i < count, to about 3e-16 (double) or 2e-7 (float) absolute. The result of an element
/// does not depend on where it stands. NaN stays NaN. In place where both are the same.
template <Real T>
void tanh(const T* states, Index count, T* rates);

/// Whether no value is NaN or infinite.
template <Real T>
bool all_finite(const T* values, Index count);

}  // namespace fullforce::kernels

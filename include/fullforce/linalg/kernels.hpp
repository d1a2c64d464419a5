#pragma once
#include "fullforce/base/types.hpp"

namespace fullforce::kernels {

/// A piece of a row-major matrix: the first element and the distance from row to row.
template <class T>
struct Piece {
  T* data;
  Index stride;
};

/// y(i, b) = sum_j a(i, j) x(b, j), for i < rows, b < vectors, j < cols rounded up to whole registers: rows of `a` and `x` must be
/// padded with zeros. The order of a sum depends on `cols` alone, so a result is the same whatever is computed beside it.
/// 2 rows cols vectors operations; reads `a` once.
template <Real T>
void multiply(Piece<const T> a, Index rows, Index cols, Piece<const T> x, Index vectors, Piece<T> y);

/// c(i, j) -= sum_k left(i, k) right(k, j), for i < rows, k < inner, j < cols rounded up to whole registers: rows of `c` and `right`
/// must be padded with zeros. 2 rows cols inner operations; reads and writes `c` once.
template <Real T>
void subtract_product(Piece<T> c, Index rows, Index cols, Piece<const T> left, Index inner, Piece<const T> right);

/// sums(k) += sum_i a(i, k) x(i), for i < rows, k < cols, in double whatever T is. x has `x_stride` scalars from one to the next.
template <Real T>
void accumulate_transposed(Piece<const T> a, Index rows, Index cols, const T* x, Index x_stride, double* sums);

}  // namespace fullforce::kernels

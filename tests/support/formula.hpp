#pragma once
#include <cmath>

#include "fullforce/linalg/row_matrix.hpp"

namespace fullforce {

/// Element (i, j) of a matrix that a formula gives. Matrices of different `shift` differ. The fused operations are
/// spelled out, so that an element has the same bits wherever a compiler puts this function.
inline double formula(double shift, Index i, Index j) {
  return std::sin(std::fma(0.7, static_cast<double>(i), std::fma(1.3, static_cast<double>(j), shift)));
}

/// Rows [first, first + rows) of such a matrix.
template <Real T>
RowMatrix<T> formula_matrix(Index rows, Index cols, double shift, Index first = 0) {
  RowMatrix<T> m(rows, cols);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) m(i, j) = static_cast<T>(formula(shift, first + i, j));
  return m;
}

}  // namespace fullforce

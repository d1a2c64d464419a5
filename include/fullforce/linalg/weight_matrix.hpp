#pragma once
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/sparse_rows.hpp"

namespace fullforce {

/// A matrix [N, N] whose rows are distributed over the ranks. It is W + L R^T, where either part may be missing, and W
/// is dense or sparse. It is in double precision, for code that inspects weights and does not run them.
struct WeightMatrix {
  RowMatrix<double> dense;    ///< W, [local rows, N] or empty
  RowMatrix<double> left;     ///< L, [local rows, d] or empty
  RowMatrix<double> right;    ///< R, [local rows, d]
  SparseRows<double> sparse;  ///< W, [local rows, K] or empty; a place has one element (join_places)

  bool is_sparse() const { return sparse.degree() > 0; }
  bool has_W() const { return dense.cols() > 0 || is_sparse(); }
  Index inner() const { return left.cols(); }

  /// Copies row i of this rank in W to `row`, which has N elements. It writes zeros where there are no weights.
  void copy_W(Index i, std::span<double> row) const;
};

/// Returns a copy in double precision: of a dense matrix its first `cols` columns, or all of them.
template <Real T>
RowMatrix<double> in_double(const RowMatrix<T>& m, Index cols);
template <Real T>
RowMatrix<double> in_double(const RowMatrix<T>& m) {
  return in_double(m, m.cols());
}
template <Real T>
SparseRows<double> in_double(const SparseRows<T>& m);

/// Brings a matrix into the form that each place has one element: elements of the same place add up, and the columns
/// of a row ascend. A row that then has fewer elements is filled up with zeros in its last place, so
/// (2: 1.5, 0: 1, 2: 0.5) becomes (0: 1, 2: 2, 2: 0).
void join_places(SparseRows<double>& m);

/// The elements of a row of such a matrix, without the zeros that fill it up.
std::span<const double> elements(const SparseRows<double>& m, Index row);

}  // namespace fullforce

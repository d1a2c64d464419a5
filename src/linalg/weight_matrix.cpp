#include "fullforce/linalg/weight_matrix.hpp"

#include <algorithm>

namespace fullforce {

void WeightMatrix::copy_W(Index i, std::span<double> row) const {
  std::fill(row.begin(), row.end(), 0.0);
  if (dense.cols() > 0) std::copy_n(dense.row(i), row.size(), row.begin());
  for (Index k = 0; k < sparse.degree(); ++k) {
    const auto at = as_size(k);
    row[as_size(sparse.columns(i)[at])] += sparse.values(i)[at];
  }
}

template <Real T>
RowMatrix<double> in_double(const RowMatrix<T>& m, Index cols) {
  RowMatrix<double> result(m.rows(), cols);
  for (Index i = 0; i < m.rows(); ++i) std::copy_n(m.row(i), cols, result.row(i));
  return result;
}

template <Real T>
SparseRows<double> in_double(const SparseRows<T>& m) {
  SparseRows<double> result(m.rows(), m.degree());
  for (Index i = 0; i < m.rows(); ++i) {
    std::copy_n(m.columns(i).begin(), m.degree(), result.columns(i).begin());
    std::copy_n(m.values(i).begin(), m.degree(), result.values(i).begin());
  }
  return result;
}

template RowMatrix<double> in_double(const RowMatrix<float>&, Index);
template RowMatrix<double> in_double(const RowMatrix<double>&, Index);
template SparseRows<double> in_double(const SparseRows<float>&);
template SparseRows<double> in_double(const SparseRows<double>&);

}  // namespace fullforce

#include "fullforce/linalg/weight_matrix.hpp"

#include <algorithm>
#include <vector>

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

namespace {

struct Element {
  std::int32_t column;
  double value;
};

/// Orders the elements of a row by their columns. Those of the same column keep their order, so that a sum does not
/// depend on the method.
std::vector<Element> by_columns(const SparseRows<double>& m, Index row) {
  std::vector<Element> ordered;
  for (std::size_t k = 0; k < as_size(m.degree()); ++k) ordered.push_back({m.columns(row)[k], m.values(row)[k]});
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Element& a, const Element& b) { return a.column < b.column; });
  return ordered;
}

}  // namespace

void join_places(SparseRows<double>& m) {
  try_each_in_parallel(m.rows(), [&m](Index row) {
    std::vector<Element> joined;
    for (const Element& element : by_columns(m, row))
      if (!joined.empty() && joined.back().column == element.column)
        joined.back().value += element.value;
      else
        joined.push_back(element);
    if (!joined.empty()) joined.resize(as_size(m.degree()), {joined.back().column, 0.0});
    for (std::size_t k = 0; k < joined.size(); ++k) {
      m.columns(row)[k] = joined[k].column;
      m.values(row)[k] = joined[k].value;
    }
  });
}

std::span<const double> elements(const SparseRows<double>& m, Index row) {
  const std::span<const std::int32_t> columns = m.columns(row);
  const auto filled = std::adjacent_find(columns.begin(), columns.end());
  const auto count = filled == columns.end() ? columns.size() : as_size(filled - columns.begin()) + 1;
  return m.values(row).first(count);
}

template RowMatrix<double> in_double(const RowMatrix<float>&, Index);
template RowMatrix<double> in_double(const RowMatrix<double>&, Index);
template SparseRows<double> in_double(const SparseRows<float>&);
template SparseRows<double> in_double(const SparseRows<double>&);

}  // namespace fullforce

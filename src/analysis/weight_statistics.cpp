#include "fullforce/analysis/weight_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace fullforce {
namespace {

double deviation_of(double sum, double squares, double count) {
  const double mean = sum / count;
  return std::sqrt(std::max(0.0, squares / count - mean * mean));
}

StreamArray<double> ones(const Layout& layout) {
  StreamArray<double> vector(layout, 1);
  for (Index i = 0; i < vector.rows(); ++i) vector(i, 0) = 1.0;
  return vector;
}

/// The statistics of W = L R^T follow from the factors. The sum of all elements is (1^T L) (R^T 1), and the sum of
/// their squares is tr(L^T L R^T R).
WeightStatistics of_factors(const Layout& layout, const WeightMatrix& matrix) {
  const StreamArray<double> one = ones(layout);
  const std::vector<double> left = inner_products(layout, matrix.left, one),
                            right = inner_products(layout, matrix.right, one);
  const std::vector<double> LL = inner_products(layout, matrix.left, matrix.left);
  const std::vector<double> RR = inner_products(layout, matrix.right, matrix.right);
  double sum = 0.0, squares = 0.0;
  for (std::size_t c = 0; c < left.size(); ++c) sum += left[c] * right[c];
  for (std::size_t c = 0; c < LL.size(); ++c) squares += LL[c] * RR[c];
  const double count = static_cast<double>(layout.rows()) * static_cast<double>(layout.rows());
  return {sum / count, deviation_of(sum, squares, count), NAN, {}};
}

/// Calls visit(i, row) for each of this rank's rows of W + L R^T, one at a time. Every rank gathers R for this. If W is
/// sparse and stands alone, a row is only its elements.
template <class Visit>
void for_each_row(const Layout& layout, const WeightMatrix& matrix, const Visit& visit) {
  const Index n = layout.rows(), d = matrix.inner();
  if (matrix.is_sparse() && d == 0) {
    for (Index i = 0; i < layout.local_rows(); ++i) visit(i, elements(matrix.sparse, i));
    return;
  }
  AlignedArray<double> right(n * d);
  if (d > 0) {
    for (Index i = 0; i < layout.local_rows(); ++i)
      std::copy_n(matrix.right.row(i), d, right.data() + (layout.first_row() + i) * d);
    RowGather(layout.comm(), layout.partition(), d)(right.span());
  }
  std::vector<double> row(as_size(n));
  for (Index i = 0; i < layout.local_rows(); ++i) {
    matrix.copy_W(i, row);
    for (Index j = 0; j < n; ++j)
      for (Index c = 0; c < d; ++c) row[as_size(j)] += matrix.left(i, c) * right[j * d + c];
    visit(i, std::span<const double>(row));
  }
}

}  // namespace

WeightStatistics weight_statistics(const Layout& layout, const WeightMatrix& matrix, Index bins) {
  if (!matrix.has_W()) return of_factors(layout, matrix);
  StreamArray<double> moments(layout, 2);  // of each row its sum and its sum of squares
  double largest = 0.0;
  std::int64_t visited = 0;
  for_each_row(layout, matrix, [&](Index i, std::span<const double> row) {
    visited += static_cast<std::int64_t>(row.size());
    for (const double w : row) {
      moments(i, 0) += w;
      moments(i, 1) += w * w;
      largest = std::max(largest, std::abs(w));
    }
  });
  largest = layout.comm().max(largest);
  const std::vector<double> sums = inner_products(layout, moments, ones(layout));
  const double count = static_cast<double>(layout.comm().sum(visited));

  WeightStatistics result{sums[0] / count, deviation_of(sums[0], sums[1], count), largest,
                          std::vector<Index>(as_size(bins), 0)};
  const double per_bin = largest > 0.0 ? static_cast<double>(bins) / (2.0 * largest) : 0.0;
  for_each_row(layout, matrix, [&](Index, std::span<const double> row) {
    for (const double w : row)
      ++result.counts[as_size(std::min(bins - 1, static_cast<Index>((w + largest) * per_bin)))];
  });
  layout.comm().sum(std::span(result.counts));
  return result;
}

}  // namespace fullforce

#include "fullforce/analysis/weight_statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace fullforce {
namespace {

constexpr Index n = 30;

double left_at(Index i, Index c) { return std::sin(static_cast<double>(i + 5 * c)); }
double right_at(Index j, Index c) { return 0.1 * static_cast<double>(j) - static_cast<double>(c); }
double element(Index i, Index j) { return left_at(i, 0) * right_at(j, 0) + left_at(i, 1) * right_at(j, 1); }

template <class Value>
RowMatrix<double> rows_of(const Layout& layout, Index cols, const Value& value) {
  RowMatrix<double> rows(layout.local_rows(), cols);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index j = 0; j < cols; ++j) rows(i, j) = value(layout.first_row() + i, j);
  return rows;
}

/// Finds the statistics by the plainest loops.
WeightStatistics expected() {
  double sum = 0.0, squares = 0.0, largest = 0.0;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      sum += element(i, j);
      squares += element(i, j) * element(i, j);
      largest = std::max(largest, std::abs(element(i, j)));
    }
  const double mean = sum / (n * n);
  return {mean, std::sqrt(squares / (n * n) - mean * mean), largest, {}};
}

TEST(WeightStatistics, AreThoseOfTheElementsHoweverTheMatrixIsHeld) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, n);
  const auto nothing = [](Index, Index) { return 0.0; };
  std::vector<WeightMatrix> forms;
  forms.push_back({rows_of(layout, n, element), {}, {}, {}});
  forms.push_back({rows_of(layout, n, nothing), rows_of(layout, 2, left_at), rows_of(layout, 2, right_at), {}});
  forms.push_back({{}, rows_of(layout, 2, left_at), rows_of(layout, 2, right_at), {}});
  for (const WeightMatrix& matrix : forms) {
    const WeightStatistics found = weight_statistics(layout, matrix, 11);
    EXPECT_NEAR(found.mean, expected().mean, 1e-12);
    EXPECT_NEAR(found.deviation, expected().deviation, 1e-12);
    if (!matrix.has_W()) continue;
    EXPECT_NEAR(found.largest, expected().largest, 1e-12);
    EXPECT_EQ(std::accumulate(found.counts.begin(), found.counts.end(), Index{0}), n * n);
  }
}

TEST(WeightStatistics, HistogramOfTwoValues) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 8);
  const WeightMatrix matrix{rows_of(layout, 8, [](Index i, Index) { return i < 2 ? -1.0 : 1.0; }), {}, {}, {}};
  EXPECT_EQ(weight_statistics(layout, matrix, 3).counts, (std::vector<Index>{16, 0, 48}));
}

TEST(GatherMatrix, IsWholeOnTheRootWithFactorsAdded) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, n);
  const WeightMatrix matrix{rows_of(layout, n, [](Index i, Index j) { return static_cast<double>(100 * i + j); }),
                            rows_of(layout, 2, left_at),
                            rows_of(layout, 2, right_at),
                            {}};
  const std::vector<double> whole = gather_matrix(layout, matrix);
  EXPECT_EQ(whole.empty(), !comm.is_root());
  if (!comm.is_root()) return;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      ASSERT_NEAR(whole[as_size(i * n + j)], static_cast<double>(100 * i + j) + element(i, j), 1e-12);
}

TEST(MatrixProduct, OfDensePartAndFactors) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, n);
  const WeightMatrix matrix{rows_of(layout, n, [](Index i, Index j) { return i == j ? 2.0 : 0.0; }),
                            rows_of(layout, 2, left_at),
                            rows_of(layout, 2, right_at),
                            {}};
  StreamArray<double> x(layout, 2);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index k = 0; k < 2; ++k) x(i, k) = static_cast<double>((layout.first_row() + i) * (k + 1));
  MatrixProduct product(layout, matrix, 2);
  product(x, x);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index k = 0; k < 2; ++k) {
      const Index row = layout.first_row() + i;
      double sum = 2.0 * static_cast<double>(row * (k + 1));
      for (Index j = 0; j < n; ++j) sum += element(row, j) * static_cast<double>(j * (k + 1));
      EXPECT_NEAR(x(i, k), sum, 1e-9);
    }
}

/// Each neuron hears its two neighbours on a ring, with weights 3 and -1.
WeightMatrix ring(const Layout& layout) {
  WeightMatrix matrix;
  matrix.sparse = SparseRows<double>(layout.local_rows(), 2);
  for (Index i = 0; i < layout.local_rows(); ++i) {
    const Index row = layout.first_row() + i, before = (row + n - 1) % n, after = (row + 1) % n;
    for (std::size_t k = 0; k < 2; ++k) {
      const Index column = k == 0 ? std::min(before, after) : std::max(before, after);
      matrix.sparse.columns(i)[k] = static_cast<std::int32_t>(column);
      matrix.sparse.values(i)[k] = column == before ? 3.0 : -1.0;
    }
  }
  return matrix;
}

TEST(SparseWeights, AreMultipliedGatheredAndCounted) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, n);
  const WeightMatrix matrix = ring(layout);
  StreamArray<double> x(layout, 1);
  for (Index i = 0; i < layout.local_rows(); ++i) x(i, 0) = static_cast<double>((layout.first_row() + i) % 7);
  MatrixProduct product(layout, matrix, 1);
  product(x, x);
  for (Index i = 0; i < layout.local_rows(); ++i) {
    const Index row = layout.first_row() + i;
    EXPECT_EQ(x(i, 0), static_cast<double>(3 * ((row + n - 1) % n % 7) - (row + 1) % n % 7)) << row;
  }
  const WeightStatistics found = weight_statistics(layout, matrix, 3);
  EXPECT_NEAR(found.mean, 1.0, 1e-12);
  EXPECT_NEAR(found.deviation, 2.0, 1e-12);
  EXPECT_EQ(found.counts, (std::vector<Index>{0, n, n}));
  const std::vector<double> whole = gather_matrix(layout, matrix);
  if (!comm.is_root()) return;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      const double expected_weight = j == (i + n - 1) % n ? 3.0 : j == (i + 1) % n ? -1.0 : 0.0;
      ASSERT_EQ(whole[as_size(i * n + j)], expected_weight);
    }
}

/// A row may have fewer places than others, and is then filled up with zeros that are no elements.
TEST(SparseWeights, ZerosThatFillARowDoNotCount) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, n);
  WeightMatrix matrix = ring(layout);
  for (Index i = 0; i < layout.local_rows(); ++i)
    if ((layout.first_row() + i) % 2 == 0) matrix.sparse.columns(i)[1] = matrix.sparse.columns(i)[0];
  join_places(matrix.sparse);
  const WeightStatistics found = weight_statistics(layout, matrix, 3);
  EXPECT_EQ(std::accumulate(found.counts.begin(), found.counts.end(), Index{0}), n + n / 2);
  EXPECT_NEAR(found.mean, static_cast<double>(2 * n) / (n + n / 2), 1e-12);
}

}  // namespace
}  // namespace fullforce

#include "fullforce/analysis/transposed_product.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/known_systems.hpp"

namespace fullforce {
namespace {

constexpr Index n = 60, d = 3;

double element(Index i, Index j) { return std::sin(static_cast<double>(3 * i + 7 * j)); }
double left(Index i, Index c) { return std::cos(static_cast<double>(i + c)); }
double right(Index i, Index c) { return std::sin(static_cast<double>(2 * i + c)); }
double vector(Index i, Index c) { return std::cos(static_cast<double>(5 * i + 2 * c)) * (c == 1 ? 1e-9 : 1.0); }

struct TransposedProducts : testing::Test {
  Communicator comm = Communicator::world();
  Layout layout{comm, n};

  void add_factors(WeightMatrix& matrix) const {
    matrix.left = RowMatrix<double>(layout.local_rows(), d);
    matrix.right = RowMatrix<double>(layout.local_rows(), d);
    for (Index i = 0; i < layout.local_rows(); ++i)
      for (Index c = 0; c < d; ++c) {
        matrix.left(i, c) = left(layout.first_row() + i, c);
        matrix.right(i, c) = right(layout.first_row() + i, c);
      }
  }

  /// Compares with the sum over all rows, which every rank forms for its own rows of the result.
  void expect_product(const WeightMatrix& matrix, const std::function<double(Index, Index)>& weight) const {
    for (const Index count : {1, 5}) {
      StreamArray<double> x(layout, count), y(layout, count);
      for (Index i = 0; i < x.rows(); ++i)
        for (Index c = 0; c < count; ++c) x(i, c) = vector(layout.first_row() + i, c);
      TransposedProduct(layout, matrix)(x, y);
      for (Index j = 0; j < y.rows(); ++j)
        for (Index c = 0; c < count; ++c) {
          double sum = 0.0;
          for (Index i = 0; i < n; ++i) sum += weight(i, layout.first_row() + j) * vector(i, c);
          EXPECT_NEAR(y(j, c), sum, 1e-13 * (c == 1 ? 1e-9 : 1.0));
        }
    }
  }
};

double of_factors(Index i, Index j) {
  double sum = 0.0;
  for (Index c = 0; c < d; ++c) sum += left(i, c) * right(j, c);
  return sum;
}

TEST_F(TransposedProducts, OfADenseMatrix) { expect_product(dense(layout, element), element); }

TEST_F(TransposedProducts, OfFactors) {
  WeightMatrix matrix;
  add_factors(matrix);
  expect_product(matrix, of_factors);
}

/// Under FORCE, J is a sparse J_D to which u_out w is added.
TEST_F(TransposedProducts, OfASparseMatrixWithFactors) {
  WeightMatrix matrix;
  matrix.sparse = SparseRows<double>(layout.local_rows(), 2);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (std::size_t k = 0; k < 2; ++k) {
      const Index row = layout.first_row() + i, column = row % 20 + 30 * static_cast<Index>(k);
      matrix.sparse.columns(i)[k] = static_cast<std::int32_t>(column);
      matrix.sparse.values(i)[k] = element(row, column);
    }
  add_factors(matrix);
  expect_product(matrix, [](Index i, Index j) { return of_factors(i, j) + (j % 30 == i % 20 ? element(i, j) : 0.0); });
}

}  // namespace
}  // namespace fullforce

#include "fullforce/analysis/inner_products.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

double x_at(Index i, Index j) {
  return std::sin(static_cast<double>(3 * i + 7 * j)) * std::pow(1e6, static_cast<double>(j));
}
double y_at(Index i, Index k) { return std::cos(static_cast<double>(i * i + k)) * 1e-9; }

StreamArray<double> rows_of(const Layout& layout, Index cols, double (*value)(Index, Index)) {
  StreamArray<double> rows(layout, cols);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index j = 0; j < cols; ++j) rows(i, j) = value(layout.first_row() + i, j);
  return rows;
}

TEST(InnerProducts, AreSumsOverAllRowsWhateverTheColumnsSizes) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 83);
  const std::vector<double> products = inner_products(layout, rows_of(layout, 3, x_at), rows_of(layout, 2, y_at));
  ASSERT_EQ(products.size(), 6u);
  for (Index j = 0; j < 3; ++j)
    for (Index k = 0; k < 2; ++k) {
      double sum = 0.0;
      for (Index i = 0; i < 83; ++i) sum += x_at(i, j) * y_at(i, k);
      EXPECT_NEAR(products[as_size(2 * j + k)], sum, 1e-12 * std::pow(1e6, static_cast<double>(j)) * 1e-9) << j << k;
    }
}

TEST(InnerProducts, ZerosAreZero) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 20);
  const StreamArray<double> zeros(layout, 2);
  for (const double product : inner_products(layout, zeros, zeros)) EXPECT_EQ(product, 0.0);
}

TEST(InnerProducts, WhatIsNotFiniteIsAnErrorOnEveryRank) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 20);
  StreamArray<double> rows(layout, 1);
  if (comm.is_root()) rows(0, 0) = NAN;
  EXPECT_THROW(inner_products(layout, rows, rows), RunError);
}

}  // namespace
}  // namespace fullforce

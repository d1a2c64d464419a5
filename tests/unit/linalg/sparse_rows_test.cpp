#include "fullforce/linalg/sparse_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fullforce/linalg/row_matrix.hpp"

namespace fullforce {
namespace {

template <class T>
class SparseProduct : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SparseProduct, Scalars);

constexpr Index neurons = 200;

double rate(Index neuron, Index stream) {
  return std::sin(0.7 * static_cast<double>(neuron) + 1.3 * static_cast<double>(stream));
}

/// Row i has non-zeros in columns i % 3, i % 3 + 5, ...
template <Real T>
SparseRows<T> formula(Index rows, Index degree) {
  SparseRows<T> a(rows, degree);
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < degree; ++k) {
      a.columns(i)[as_size(k)] = static_cast<std::int32_t>(i % 3 + 5 * k);
      a.values(i)[as_size(k)] = static_cast<T>(std::cos(static_cast<double>(i * degree + k)));
    }
  return a;
}

template <Real T>
RowMatrix<T> rates(Index streams) {
  RowMatrix<T> x(neurons, streams);
  for (Index j = 0; j < neurons; ++j)
    for (Index b = 0; b < streams; ++b) x(j, b) = static_cast<T>(rate(j, b));
  return x;
}

/// The product of the rows from `first` on with the streams from `stream` on.
template <Real T>
RowMatrix<T> product(const SparseRows<T>& a, Index first, Index rows, const RowMatrix<T>& x, Index stream,
                     Index streams) {
  RowMatrix<T> y(rows, streams);
  kernels::multiply_sparse<T>(a, 0, first, rows, x.from(0, stream), streams, y.from(0));
  return y;
}

TYPED_TEST(SparseProduct, IsTheProduct) {
  using T = TypeParam;
  const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-13;
  for (const Index degree : {1, 2, 17, 40}) {
    const SparseRows<T> a = formula<T>(11, degree);
    for (Index streams = 1; streams <= 64; ++streams) {
      const RowMatrix<T> y = product(a, 2, 9, rates<T>(streams), 0, streams);
      for (Index i = 0; i < 9; ++i)
        for (Index b = 0; b < streams; ++b) {
          double sum = 0.0;
          for (Index k = 0; k < degree; ++k) {
            const std::size_t at = as_size(k);
            sum += static_cast<double>(a.values(i + 2)[at]) * rate(a.columns(i + 2)[at], b);
          }
          EXPECT_NEAR(static_cast<double>(y(i, b)), sum, tolerance * static_cast<double>(degree))
              << degree << " " << streams;
        }
    }
  }
}

TYPED_TEST(SparseProduct, HasTheSameBitsWhateverIsBesideIt) {
  using T = TypeParam;
  const SparseRows<T> a = formula<T>(13, 37);
  const RowMatrix<T> x = rates<T>(23), together = product(a, 0, 13, x, 0, 23);
  for (Index i = 0; i < 13; ++i)
    for (Index b = 0; b < 23; ++b) EXPECT_EQ(product(a, i, 1, x, b, 1)(0, 0), together(i, b)) << i << " " << b;
}

template <Real T>
RowMatrix<T> product_by_runs(const SparseRows<T>& a, Index block, const RowMatrix<T>& x) {
  RowMatrix<T> y(a.rows(), x.cols());
  for (Index run = 0; run < a.runs(); ++run)
    for (Index first = 0; first < a.rows(); first += block)
      kernels::multiply_sparse<T>(a, run, first, std::min(block, a.rows() - first), x.from(0), x.cols(), y.from(first));
  return y;
}

// Some runs have no non-zero, some last blocks are not full, and there may be more runs than columns.
TYPED_TEST(SparseProduct, HasTheSameBitsInRunsOfColumns) {
  using T = TypeParam;
  for (const Index runs : {2, 3, 7, 250})
    for (const Index block : {4, 16, 64}) {
      SparseRows<T> a = formula<T>(29, 37);
      const RowMatrix<T> x = rates<T>(11), whole = product(a, 0, 29, x, 0, 11);
      a.arrange(runs, neurons, block);
      ASSERT_EQ(a.runs(), runs);
      const RowMatrix<T> y = product_by_runs(a, block, x);
      for (Index i = 0; i < 29; ++i)
        for (Index b = 0; b < 11; ++b) EXPECT_EQ(y(i, b), whole(i, b)) << runs << " " << block << " " << i << " " << b;
    }
}

TYPED_TEST(SparseProduct, IsRowByRowAgainAfterAnArrangement) {
  using T = TypeParam;
  SparseRows<T> a = formula<T>(29, 37);
  a.arrange(5, neurons, 8);
  a.arrange(3, neurons, 16);
  a.restore();
  const SparseRows<T> expected = formula<T>(29, 37);
  for (Index i = 0; i < 29; ++i)
    for (std::size_t k = 0; k < 37; ++k) {
      EXPECT_EQ(a.columns(i)[k], expected.columns(i)[k]);
      EXPECT_EQ(a.values(i)[k], expected.values(i)[k]);
    }
}

}  // namespace
}  // namespace fullforce

#include "fullforce/linalg/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fullforce/linalg/row_matrix.hpp"

namespace fullforce {
namespace {

/// Matrices given by a formula.
template <Real T>
RowMatrix<T> formula(Index rows, Index cols, double shift) {
  RowMatrix<T> m(rows, cols);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) m(i, j) = static_cast<T>(std::sin(0.7 * static_cast<double>(i) + 1.3 * static_cast<double>(j) + shift));
  return m;
}

template <class T>
class Kernels : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Kernels, Scalars);

template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-12;

TYPED_TEST(Kernels, MultiplyIsTheProduct) {
  using T = TypeParam;
  for (const Index rows : {1, 3, 8, 19})
    for (const Index cols : {1, 15, 16, 17, 100})
      for (const Index vectors : {1, 2, 3, 4, 5, 7, 16}) {
        const RowMatrix<T> a = formula<T>(rows, cols, 0.0), x = formula<T>(vectors, cols, 1.0);
        RowMatrix<T> y(rows, vectors);
        kernels::multiply<T>({a.row(0), a.stride()}, rows, cols, {x.row(0), x.stride()}, vectors, {y.row(0), y.stride()});
        for (Index i = 0; i < rows; ++i)
          for (Index b = 0; b < vectors; ++b) {
            double sum = 0.0;
            for (Index j = 0; j < cols; ++j) sum += static_cast<double>(a(i, j)) * static_cast<double>(x(b, j));
            EXPECT_NEAR(static_cast<double>(y(i, b)), sum, tolerance<T>);
          }
      }
}

TYPED_TEST(Kernels, MultiplyHasTheSameBitsWhateverIsBesideIt) {
  using T = TypeParam;
  const Index cols = 301;
  const RowMatrix<T> a = formula<T>(23, cols, 0.2), x = formula<T>(9, cols, 0.4);
  RowMatrix<T> together(23, 9);
  kernels::multiply<T>({a.row(0), a.stride()}, 23, cols, {x.row(0), x.stride()}, 9, {together.row(0), together.stride()});
  for (Index i = 0; i < 23; ++i)
    for (Index b = 0; b < 9; ++b) {
      T alone = T(0);
      kernels::multiply<T>({a.row(i), a.stride()}, 1, cols, {x.row(b), x.stride()}, 1, {&alone, 1});
      EXPECT_EQ(alone, together(i, b));
    }
}

TYPED_TEST(Kernels, SubtractProduct) {
  using T = TypeParam;
  for (const Index rows : {1, 4, 6})
    for (const Index cols : {5, 64, 133})
      for (const Index inner : {0, 1, 13}) {
        const RowMatrix<T> left = formula<T>(rows, 16, 0.0), right = formula<T>(16, cols, 1.0), before = formula<T>(rows, cols, 2.0);
        RowMatrix<T> c = formula<T>(rows, cols, 2.0);
        kernels::subtract_product<T>({c.row(0), c.stride()}, rows, cols, {left.row(0), left.stride()}, inner, {right.row(0), right.stride()});
        for (Index i = 0; i < rows; ++i) {
          for (Index j = 0; j < cols; ++j) {
            double expected = static_cast<double>(before(i, j));
            for (Index k = 0; k < inner; ++k) expected -= static_cast<double>(left(i, k)) * static_cast<double>(right(k, j));
            EXPECT_NEAR(static_cast<double>(c(i, j)), expected, tolerance<T>);
          }
          for (Index j = cols; j < c.stride(); ++j) EXPECT_EQ(c.row(i)[j], T(0)) << "the padding stays zero";
        }
      }
}

TYPED_TEST(Kernels, AccumulateTransposed) {
  using T = TypeParam;
  const RowMatrix<T> a = formula<T>(17, 11, 0.0), x = formula<T>(17, 3, 1.0);
  std::vector<double> sums(11, 1.0);
  kernels::accumulate_transposed<T>({a.row(0), a.stride()}, 17, 11, x.row(0) + 1, x.stride(), sums.data());
  for (Index k = 0; k < 11; ++k) {
    double expected = 1.0;
    for (Index i = 0; i < 17; ++i) expected += static_cast<double>(a(i, k)) * static_cast<double>(x(i, 1));
    EXPECT_NEAR(sums[static_cast<std::size_t>(k)], expected, 1e-12);
  }
}

}  // namespace
}  // namespace fullforce

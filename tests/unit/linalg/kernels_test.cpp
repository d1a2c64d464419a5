#include "fullforce/linalg/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fullforce/linalg/row_matrix.hpp"
#include "support/formula.hpp"

namespace fullforce {
namespace {

template <class T>
class Kernels : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Kernels, Scalars);

template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 5e-4 : 5e-12;

/// Vectors in the order that suits their number.
template <Real T>
Vectors<T> vectors_of(const RowMatrix<T>& rows) {
  Vectors<T> x(rows.cols(), rows.rows());
  for (Index v = 0; v < rows.rows(); ++v)
    for (Index j = 0; j < rows.cols(); ++j) x.view()(v, j) = rows(v, j);
  return x;
}

TYPED_TEST(Kernels, MultiplyIsTheProduct) {
  using T = TypeParam;
  for (const Index rows : {1, 3, 8, 19})
    for (const Index cols : {1, 15, 16, 17, 100, 1030})
      for (const Index vectors : {1, 2, 3, 4, 5, 7, 8, 16, 17, 24, 33, 40, 64}) {
        const RowMatrix<T> a = formula_matrix<T>(rows, cols, 0.0), x = formula_matrix<T>(vectors, cols, 1.0);
        const Vectors<T> xs = vectors_of(x);
        RowMatrix<T> y(rows, padded_vectors<T>(vectors)),
            less = formula_matrix<T>(rows, padded_vectors<T>(vectors), 3.0);
        kernels::multiply<T>(a.from(0), rows, cols, xs.view(), vectors, y.from(0));
        kernels::subtract_multiple<T>(a.from(0), rows, cols, xs.view(), vectors, less.from(0));
        const RowMatrix<T> before = formula_matrix<T>(rows, padded_vectors<T>(vectors), 3.0);
        for (Index i = 0; i < rows; ++i)
          for (Index b = 0; b < vectors; ++b) {
            double sum = 0.0;
            for (Index j = 0; j < cols; ++j) sum += static_cast<double>(a(i, j)) * static_cast<double>(x(b, j));
            EXPECT_NEAR(static_cast<double>(y(i, b)), sum, tolerance<T>);
            EXPECT_NEAR(static_cast<double>(less(i, b)), static_cast<double>(before(i, b)) - sum, tolerance<T>);
          }
      }
}

TYPED_TEST(Kernels, MultiplyHasTheSameBitsWhateverRowsAreBesideIt) {
  using T = TypeParam;
  const Index cols = 1301;
  for (const Index vectors : {1, 3, 9, 16, 48}) {
    const RowMatrix<T> a = formula_matrix<T>(23, cols, 0.2), x = formula_matrix<T>(vectors, cols, 0.4);
    const Vectors<T> xs = vectors_of(x);
    RowMatrix<T> together(23, 64), alone(1, 64);
    kernels::multiply<T>(a.from(0), 23, cols, xs.view(), vectors, together.from(0));
    for (Index i = 0; i < 23; ++i) {
      kernels::multiply<T>(a.from(i), 1, cols, xs.view(), vectors, alone.from(0));
      for (Index b = 0; b < vectors; ++b)
        EXPECT_EQ(alone(0, b), together(i, b)) << vectors << " vectors, row " << i << " vector " << b;
    }
  }
}

TYPED_TEST(Kernels, SubtractProduct) {
  using T = TypeParam;
  for (const Index rows : {1, 4, 6})
    for (const Index cols : {5, 64, 133})
      for (const Index inner : {0, 1, 13}) {
        const RowMatrix<T> left = formula_matrix<T>(rows, 16, 0.0), right = formula_matrix<T>(16, cols, 1.0),
                           before = formula_matrix<T>(rows, cols, 2.0);
        RowMatrix<T> c = formula_matrix<T>(rows, cols, 2.0);
        kernels::subtract_product<T>(c.from(0), rows, cols, left.from(0), inner, right.from(0));
        for (Index i = 0; i < rows; ++i) {
          for (Index j = 0; j < cols; ++j) {
            double expected = static_cast<double>(before(i, j));
            for (Index k = 0; k < inner; ++k)
              expected -= static_cast<double>(left(i, k)) * static_cast<double>(right(k, j));
            EXPECT_NEAR(static_cast<double>(c(i, j)), expected, tolerance<T>);
          }
          for (Index j = cols; j < c.stride(); ++j) EXPECT_EQ(c.row(i)[j], T(0)) << "the padding stays zero";
        }
      }
}

TYPED_TEST(Kernels, MultiplyTransposed) {
  using T = TypeParam;
  for (const Index cols : {1, 7, 8, 21})
    for (const Index vectors : {1, 2, 8, 11, 16}) {
      const Index rows = 17;
      const RowMatrix<T> a = formula_matrix<T>(rows, cols, 0.0), x = formula_matrix<T>(rows, vectors, 1.0);
      std::vector<double> sums(as_size(cols * vectors), 1.0);
      AlignedArray<double> scratch(kernels::transposed_scratch(rows, cols, vectors));
      kernels::multiply_transposed<T>(a.from(0), rows, cols, x.from(0), vectors, sums.data(), scratch.data());
      for (Index k = 0; k < cols; ++k)
        for (Index b = 0; b < vectors; ++b) {
          double expected = 0.0;
          for (Index i = 0; i < rows; ++i) expected += static_cast<double>(a(i, k)) * static_cast<double>(x(i, b));
          EXPECT_NEAR(sums[as_size(k * vectors + b)], expected, 1e-12);
        }
    }
}

TYPED_TEST(Kernels, SumsOverRowsHaveTheSameBitsHoweverFarTheRowsLieApart) {
  // With one rank, the vectors lie close together. With several ranks, they lie beside those of another network.
  using T = TypeParam;
  constexpr Index most = 64;
  const RowMatrix<T> values = formula_matrix<T>(2, most, 0.3);
  const auto sum = [&](Index rows, Index a_stride, Index x_stride) {
    std::vector<T> a(as_size(rows * a_stride)), x(as_size(rows * x_stride));
    for (Index i = 0; i < rows; ++i) {
      a[as_size(i * a_stride)] = values(0, i);
      x[as_size(i * x_stride)] = values(1, i);
    }
    double result = 0.0;
    AlignedArray<double> scratch(kernels::transposed_scratch(rows, 1, 1));
    kernels::multiply_transposed<T>({a.data(), 1, a_stride}, rows, 1, {x.data(), 1, x_stride}, 1, &result,
                                    scratch.data());
    return result;
  };
  for (Index rows = 1; rows <= most; ++rows)
    for (const Index a_stride : {1, 2, 8})
      for (const Index x_stride : {1, 2, 8})
        EXPECT_EQ(sum(rows, a_stride, x_stride), sum(rows, 1, 1)) << rows << ", " << a_stride << ", " << x_stride;
}

TYPED_TEST(Kernels, Transpose) {
  using T = TypeParam;
  for (const Index rows : {1, 8, 16, 29})
    for (const Index cols : {1, 8, 16, 45}) {
      const RowMatrix<T> a = formula_matrix<T>(rows, cols, 0.0);
      RowMatrix<T> out(cols, rows + 1);
      kernels::transpose<T>(a.from(0), rows, cols, out.from(0));
      for (Index j = 0; j < cols; ++j) {
        for (Index i = 0; i < rows; ++i) EXPECT_EQ(out(j, i), a(i, j)) << rows << " x " << cols;
        EXPECT_EQ(out(j, rows), T(0)) << "nothing is written beside it";
      }
    }
}

TYPED_TEST(Kernels, TransposeOfRowsThatBeginAnywhere) {
  using T = TypeParam;
  for (const Index rows : {3, 8, 21})
    for (const Index cols : {1, 4, 5, 17})
      for (const Index offset : {0, 1, 3}) {
        const Index stride = cols + offset, stride_of_out = rows + offset;
        AlignedArray<T> a(offset + rows * stride), out(offset + cols * stride_of_out);
        for (Index k = 0; k < a.size(); ++k) a[k] = static_cast<T>(k);
        kernels::transpose<T>({a.data() + offset, cols, stride}, rows, cols,
                              {out.data() + offset, rows, stride_of_out});
        for (Index i = 0; i < rows; ++i)
          for (Index j = 0; j < cols; ++j)
            ASSERT_EQ(out[offset + j * stride_of_out + i], a[offset + i * stride + j])
                << rows << " x " << cols << " at " << offset;
      }
}

TYPED_TEST(Kernels, MultiplySmall) {
  using T = TypeParam;
  for (const Index count : {1, 3, 8, 19}) {
    const RowMatrix<T> in = formula_matrix<T>(5, count, 0.0);
    const Index stride = padded<double>(count);
    AlignedArray<double> factor(count * stride);
    factor.fill(0.0);
    for (Index a = 0; a < count; ++a)
      for (Index b = a; b < count; ++b)
        factor[a * stride + b] = std::cos(0.3 * static_cast<double>(a) - 0.9 * static_cast<double>(b));
    RowMatrix<T> out(5, count);
    kernels::multiply_small<T>(in.from(0), 5, count, factor.data(), out.from(0));
    for (Index i = 0; i < 5; ++i)
      for (Index b = 0; b < count; ++b) {
        double expected = 0.0;
        for (Index a = 0; a <= b; ++a) expected += static_cast<double>(in(i, a)) * factor[a * stride + b];
        EXPECT_NEAR(static_cast<double>(out(i, b)), expected, (std::is_same_v<T, float> ? 1e-6 : 1e-14));
      }
  }
}

/// A symmetric positive definite matrix, I + A A^T.
RowMatrix<double> positive_definite(Index count) {
  const RowMatrix<double> a = formula_matrix<double>(count, 70, 0.4);
  RowMatrix<double> G(count, count);
  for (Index i = 0; i < count; ++i)
    for (Index j = 0; j < count; ++j) {
      G(i, j) = i == j ? 1.0 : 0.0;
      for (Index k = 0; k < 70; ++k) G(i, j) += a(i, k) * a(j, k);
    }
  return G;
}

constexpr Index sample_counts[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 33, 64, 65};

TEST(InverseFactor, TurnsTheMatrixIntoTheIdentity) {
  for (const Index count : sample_counts) {
    const RowMatrix<double> G = positive_definite(count);
    const Index stride = padded<double>(count);
    AlignedArray<double> work(count * stride), factor(count * stride);
    work.fill(std::nan(""));
    factor.fill(std::nan(""));
    for (Index i = 0; i < count; ++i)
      for (Index j = i; j < count; ++j) work[i * stride + j] = G(i, j);
    ASSERT_TRUE(kernels::inverse_factor(work.data(), count, 3.0, factor.data()));
    // The upper triangular matrix F = c L^-T is the only one with a positive diagonal for which F^T G F = c^2 I.
    for (Index a = 0; a < count; ++a) {
      EXPECT_GT(factor[a * stride + a], 0.0);
      for (Index b = 0; b < stride; ++b) {
        if (b < a || b >= count) {
          EXPECT_EQ(factor[a * stride + b], 0.0) << count << " samples, element " << a << " " << b;
        }
      }
      for (Index b = 0; b < count; ++b) {
        double sum = 0.0;
        for (Index i = 0; i < count; ++i)
          for (Index j = 0; j < count; ++j) sum += factor[i * stride + a] * G(i, j) * factor[j * stride + b];
        ASSERT_NEAR(sum, a == b ? 9.0 : 0.0, 1e-11) << count << " samples, element " << a << " " << b;
      }
    }
  }
}

TEST(InverseFactor, RefusesAMatrixThatIsNotPositiveDefinite) {
  for (const Index count : sample_counts)
    for (const Index bad : {Index{0}, count / 2, count - 1})
      for (const double value : {0.0, -1.0, std::nan("")}) {
        const RowMatrix<double> G = positive_definite(count);
        const Index stride = padded<double>(count);
        AlignedArray<double> work(count * stride), factor(count * stride);
        work.fill(0.0);
        for (Index i = 0; i < count; ++i)
          for (Index j = i; j < count; ++j) work[i * stride + j] = i == bad && j == bad ? value : G(i, j);
        EXPECT_FALSE(kernels::inverse_factor(work.data(), count, 1.0, factor.data()))
            << count << " samples, " << value << " at " << bad;
      }
}

TYPED_TEST(Kernels, TanhOfAnyNumberAnywhere) {
  using T = TypeParam;
  AlignedArray<T> states(203), rates(203), alone(1);
  for (Index i = 0; i < states.size(); ++i) states[i] = static_cast<T>(-25.0 + 0.25 * static_cast<double>(i));
  kernels::tanh(states.data(), states.size(), rates.data());
  for (Index i = 0; i < states.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(rates[i]), std::tanh(static_cast<double>(states[i])),
                (std::is_same_v<T, float> ? 3e-7 : 5e-16));
    EXPECT_LE(std::abs(rates[i]), T(1));
    kernels::tanh(states.data() + i, 1, alone.data());
    EXPECT_EQ(alone[0], rates[i]) << "the same bits wherever it stands";
  }
  states[0] = std::numeric_limits<T>::quiet_NaN();
  states[1] = std::numeric_limits<T>::infinity();
  states[2] = T(0);
  kernels::tanh(states.data(), 3, rates.data());
  EXPECT_TRUE(std::isnan(rates[0]));
  EXPECT_EQ(rates[1], T(1));
  EXPECT_EQ(rates[2], T(0)) << "padding stays zero";
}

/// States that have decayed towards 0 give rates that are as accurate as others.
TYPED_TEST(Kernels, TanhIsAccurateRelativeToItsValue) {
  using T = TypeParam;
  const double tolerance = std::is_same_v<T, float> ? 4e-7 : 4e-15;
  AlignedArray<T> states(8), rates(8);
  for (double magnitude = 1e-30; magnitude < 20.0; magnitude *= 1.037) {
    for (Index i = 0; i < 8; ++i) states[i] = static_cast<T>(i % 2 == 0 ? magnitude : -magnitude);
    kernels::tanh(states.data(), 8, rates.data());
    const double expected = std::tanh(static_cast<double>(states[0]));
    ASSERT_NEAR(static_cast<double>(rates[0]) / expected, 1.0, tolerance) << "at " << magnitude;
    ASSERT_NEAR(static_cast<double>(rates[1]) / -expected, 1.0, tolerance) << "at " << magnitude;
  }
}

TYPED_TEST(Kernels, AllFiniteFindsAnyOther) {
  using T = TypeParam;
  AlignedArray<T> values(77);
  values.fill(T(1e30));
  EXPECT_TRUE(kernels::all_finite(values.data(), values.size()));
  for (Index i = 0; i < values.size(); ++i)
    for (const T wrong : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                          -std::numeric_limits<T>::infinity()}) {
      values[i] = wrong;
      EXPECT_FALSE(kernels::all_finite(values.data(), values.size())) << i;
      values[i] = T(1);
    }
}

TYPED_TEST(Kernels, AccumulateTransposed) {
  using T = TypeParam;
  for (const Index rows : {1, 16, 37})
    for (const Index cols : {1, 15, 16, 50})
      for (const Index vectors : {1, 2, 3, 5, 8, 16, 21}) {
        const RowMatrix<T> a = formula_matrix<T>(rows, cols, 0.0),
                           x = formula_matrix<T>(rows, padded_vectors<T>(vectors), 1.0);
        Vectors<T> sums(cols, vectors);
        for (Index k = 0; k < cols; ++k)
          for (Index b = 0; b < vectors; ++b) sums.view()(b, k) = T(1);
        kernels::accumulate_transposed<T>(a.from(0), rows, cols, x.from(0), vectors, sums.view());
        for (Index k = 0; k < cols; ++k)
          for (Index b = 0; b < vectors; ++b) {
            double expected = 1.0;
            for (Index i = 0; i < rows; ++i) expected += static_cast<double>(a(i, k)) * static_cast<double>(x(i, b));
            EXPECT_NEAR(static_cast<double>(sums.view()(b, k)), expected, tolerance<T>) << rows << " " << cols;
          }
      }
}

}  // namespace
}  // namespace fullforce

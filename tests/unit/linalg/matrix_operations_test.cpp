#include "fullforce/linalg/matrix_operations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fullforce/linalg/row_matrix.hpp"
#include "support/formula.hpp"

namespace fullforce {
namespace {

template <class T>
class MatrixOperations : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(MatrixOperations, Scalars);

template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-12;

constexpr Index cols = 37;

double shift_of(Index which) { return 2.1 * static_cast<double>(which); }

/// Element (i, j) of matrix number `which`.
double element(Index which, Index i, Index j) { return formula(shift_of(which), i, j); }

/// The same element in the precision of the matrices.
template <Real T>
double rounded(Index which, Index i, Index j) {
  return static_cast<double>(static_cast<T>(element(which, i, j)));
}

/// Rows [first, first + rows) of matrix number `which`.
template <Real T>
RowMatrix<T> matrix(Index which, Index first, Index rows, Index columns) {
  return formula_matrix<T>(rows, columns, shift_of(which), first);
}

/// Vector v of length `length` is row v of matrix number `which`.
template <Real T>
Vectors<T> vectors_of(Index which, Index count, Index length) {
  Vectors<T> x(length, count);
  for (Index v = 0; v < count; ++v)
    for (Index j = 0; j < length; ++j) x.view()(v, j) = static_cast<T>(element(which, v, j));
  return x;
}

/// Calls test(layout) for numbers of rows of which the last block is full or not, with one thread and with three. With
/// 11 rows some of three ranks have a single block, and some of three threads have none.
template <class Test>
void for_each_layout(const Test& test) {
  const Communicator comm = Communicator::world();
  const int threads_before = thread_count();
  for (const Index rows : {11, 64, 300, 2100})
    for (const int threads : {1, 3}) {
      set_thread_count(threads);
      SCOPED_TRACE(testing::Message() << rows << " rows, " << threads << " threads");
      test(Layout(comm, rows));
    }
  set_thread_count(threads_before);
}

TYPED_TEST(MatrixOperations, MultiplyIsTheProductOfAllRows) {
  using T = TypeParam;
  for_each_layout([](const Layout& layout) {
    for (const Index vectors : {1, 3, 16}) {
      const Index rows = layout.local_rows(), first = layout.first_row();
      const RowMatrix<T> A = matrix<T>(0, first, rows, cols);
      const Vectors<T> x = vectors_of<T>(1, vectors, cols);
      RowMatrix<T> y(rows, padded_vectors<T>(vectors));
      RowMatrix<T> less = matrix<T>(2, first, rows, padded_vectors<T>(vectors));
      multiply<T>(layout, A.from(0), cols, x.view(), vectors, y.from(0));
      subtract_multiple<T>(layout, A.from(0), cols, x.view(), vectors, less.from(0));
      for (Index i = 0; i < rows; ++i)
        for (Index b = 0; b < vectors; ++b) {
          double product = 0.0;
          for (Index j = 0; j < cols; ++j) product += rounded<T>(0, first + i, j) * rounded<T>(1, b, j);
          EXPECT_NEAR(y(i, b), product, tolerance<T>) << "row " << first + i << ", vector " << b;
          EXPECT_NEAR(less(i, b), rounded<T>(2, first + i, b) - product, tolerance<T>) << "row " << first + i;
        }
    }
  });
}

TYPED_TEST(MatrixOperations, FewerColumnsThanTheMatrixHasAreRead) {
  using T = TypeParam;
  for_each_layout([](const Layout& layout) {
    // By vector, a kernel runs over whole registers, so the vectors end in zeros.
    constexpr Index used = 20;
    const Index rows = layout.local_rows(), first = layout.first_row();
    const RowMatrix<T> A = matrix<T>(0, first, rows, cols);
    const Vectors<T> x = vectors_of<T>(1, 1, used);
    RowMatrix<T> y(rows, 1);
    multiply<T>(layout, A.from(0), used, x.view(), 1, y.from(0));
    for (Index i = 0; i < rows; ++i) {
      double product = 0.0;
      for (Index j = 0; j < used; ++j) product += rounded<T>(0, first + i, j) * rounded<T>(1, 0, j);
      EXPECT_NEAR(y(i, 0), product, tolerance<T>) << "row " << first + i;
    }
  });
}

TYPED_TEST(MatrixOperations, SubtractProductChangesAllRows) {
  using T = TypeParam;
  for_each_layout([](const Layout& layout) {
    for (const Index inner : {0, 1, 3, 16}) {
      const Index rows = layout.local_rows(), first = layout.first_row();
      RowMatrix<T> C = matrix<T>(0, first, rows, cols);
      const RowMatrix<T> left = matrix<T>(1, first, rows, 16), right = matrix<T>(2, 0, 16, cols);
      subtract_product<T>(layout, C.from(0), cols, left.from(0), inner, right.from(0));
      for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j) {
          double expected = rounded<T>(0, first + i, j);
          for (Index k = 0; k < inner; ++k) expected -= rounded<T>(1, first + i, k) * rounded<T>(2, k, j);
          EXPECT_NEAR(C(i, j), expected, tolerance<T>) << "row " << first + i << ", " << inner << " columns";
        }
    }
  });
}

TYPED_TEST(MatrixOperations, MultiplySmallIsTheProductOfAllRows) {
  using T = TypeParam;
  for_each_layout([](const Layout& layout) {
    for (const Index count : {1, 3, 16}) {
      const Index rows = layout.local_rows(), first = layout.first_row(), stride = padded<double>(count);
      const RowMatrix<T> in = matrix<T>(0, first, rows, count);
      AlignedArray<double> factor(count * stride);
      factor.fill(0.0);
      for (Index a = 0; a < count; ++a)
        for (Index b = 0; b < count; ++b) factor[a * stride + b] = element(1, a, b);
      RowMatrix<T> out(rows, count);
      multiply_small<T>(layout, in.from(0), count, factor.data(), out.from(0));
      for (Index i = 0; i < rows; ++i)
        for (Index b = 0; b < count; ++b) {
          double product = 0.0;
          for (Index a = 0; a < count; ++a) product += rounded<T>(0, first + i, a) * element(1, a, b);
          EXPECT_NEAR(out(i, b), product, tolerance<T>) << "row " << first + i << ", column " << b;
        }
    }
  });
}

/// A^T x summed over the rows of all ranks, [columns, vectors].
template <Real T>
std::vector<double> transposed_product(const Layout& layout, Index columns, Index vectors, Index times = 1) {
  const RowMatrix<T> A = matrix<T>(0, layout.first_row(), layout.local_rows(), columns);
  const RowMatrix<T> x = matrix<T>(1, layout.first_row(), layout.local_rows(), vectors);
  std::vector<AlignedArray<double>> scratch;
  for (int k = 0; k < layout.threads(); ++k)
    scratch.emplace_back(transposed_product_scratch(layout.partition().block_size(), columns, vectors));
  BlockSums sums({columns * vectors, layout.threads()});
  sums.begin(columns * vectors, static_cast<double>(times * layout.rows()));
  for (Index k = 0; k < times; ++k)
    add_transposed_product<T>(layout, A.from(0), columns, x.from(0), vectors, sums, scratch);
  sums.reduce(layout.comm());
  std::vector<double> values;
  for (Index k = 0; k < columns * vectors; ++k) values.push_back(sums[k]);
  return values;
}

TYPED_TEST(MatrixOperations, TransposedProductIsTheSumOverTheRowsOfAllRanks) {
  using T = TypeParam;
  for_each_layout([](const Layout& layout) {
    for (const Index columns : {1, 5})
      for (const Index vectors : {1, 3, 16}) {
        const std::vector<double> sums = transposed_product<T>(layout, columns, vectors);
        for (Index k = 0; k < columns; ++k)
          for (Index b = 0; b < vectors; ++b) {
            double sum = 0.0;
            for (Index i = 0; i < layout.rows(); ++i) sum += rounded<T>(0, i, k) * rounded<T>(1, i, b);
            EXPECT_NEAR(sums[as_size(k * vectors + b)], sum, 1e-10) << "column " << k << ", vector " << b;
          }
      }
  });
}

TYPED_TEST(MatrixOperations, TransposedProductsAreAdded) {
  using T = TypeParam;
  for_each_layout([](const Layout& layout) {
    const std::vector<double> once = transposed_product<T>(layout, 2, 3),
                              twice = transposed_product<T>(layout, 2, 3, 2);
    for (std::size_t k = 0; k < once.size(); ++k) EXPECT_NEAR(twice[k], 2.0 * once[k], 1e-10);
  });
}

/// One rank by itself gives the bits that any layout must give.
TYPED_TEST(MatrixOperations, ResultsDoNotDependOnTheLayout) {
  using T = TypeParam;
  const Communicator self = Communicator::self();
  for_each_layout([&](const Layout& layout) {
    const Layout alone(self, layout.rows(), layout.threads());
    EXPECT_EQ(transposed_product<T>(layout, 3, 16), transposed_product<T>(alone, 3, 16));
    const auto product = [](const Layout& of) {
      const RowMatrix<T> A = matrix<T>(0, of.first_row(), of.local_rows(), cols);
      const Vectors<T> x = vectors_of<T>(1, 3, cols);
      RowMatrix<T> y(of.local_rows(), padded_vectors<T>(3));
      multiply<T>(of, A.from(0), cols, x.view(), 3, y.from(0));
      return y;
    };
    const RowMatrix<T> mine = product(layout), all = product(alone);
    for (Index i = 0; i < mine.rows(); ++i)
      for (Index b = 0; b < 3; ++b) EXPECT_EQ(mine(i, b), all(layout.first_row() + i, b)) << "row " << i;
  });
}

}  // namespace
}  // namespace fullforce

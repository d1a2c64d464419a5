#include "fullforce/linalg/symmetric_product.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fullforce/linalg/vectors.hpp"

namespace fullforce {
namespace {

template <class T>
class SymmetricProducts : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SymmetricProducts, Scalars);

double element(Index i, Index j) {
  return std::sin(0.7 * static_cast<double>(i + j) + 0.01 * static_cast<double>(i * j));
}

/// Every rank's rows are compared with sums of tiles that are formed row by row, without symmetry. These are the bits
/// that any layout must give, on however many ranks this test is started.
TYPED_TEST(SymmetricProducts, HaveTheBitsOfTheirTilesOnAnyLayout) {
  using T = TypeParam;
  const Communicator comm = Communicator::world();
  for (const Index n : {300, 512, 2133}) {
    const Layout layout(comm, n);
    RowMatrix<T> A(layout.local_rows(), n);
    for (Index i = 0; i < A.rows(); ++i)
      for (Index j = 0; j < n; ++j) A(i, j) = static_cast<T>(element(layout.first_row() + i, j));
    Vectors<T> x(n, 1);
    for (Index j = 0; j < n; ++j) x.view()(0, j) = static_cast<T>(std::cos(0.3 * static_cast<double>(j)));
    const MatrixView<const T> a = A.from(0);
    for (const Index shares : {1, 3, 7}) {
      SymmetricProduct<T> product(layout);
      // Threads may take the parts in this order: a part of each share in turn, the last share first.
      for (Index k = 0; k < product.parts(); ++k)
        for (Index share = shares; share-- > 0;)
          if (const Index part = k * shares + share; part < product.parts())
            product.multiply_part(part, a, x.view().data);
      RowMatrix<T> y(A.rows(), 1);
      layout.for_each_block([&](RowBlock block) { product.finish(block, y.from(block.local)); });
      for (Index i = 0; i < A.rows(); ++i) {
        T expected = T(0);
        for (Index j = 0; j < n; j += kernels::symmetric_tile) {
          T sum = T(0);
          kernels::multiply<T>(A.from(i, j), 1, std::min(kernels::symmetric_tile, n - j), {x.view().data + j}, 1,
                               {&sum, 1, 1});
          expected += sum;
        }
        ASSERT_EQ(y(i, 0), expected) << "row " << layout.first_row() + i << " of " << n << ", " << shares << " shares";
      }
    }
  }
}

TYPED_TEST(SymmetricProducts, ReadAboutHalfOfAWholeMatrix) {
  // Anything may stand below the diagonal outside of the diagonal's tiles.
  using T = TypeParam;
  const Communicator self = Communicator::self();
  constexpr double tolerance = std::is_same_v<T, float> ? 1e-3 : 1e-9;
  const Index n = 1100;
  const Layout layout(self, n);
  RowMatrix<T> A(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      A(i, j) = j / kernels::symmetric_tile < i / kernels::symmetric_tile ? static_cast<T>(NAN)
                                                                          : static_cast<T>(element(i, j));
  Vectors<T> x(n, 1);
  for (Index j = 0; j < n; ++j) x.view()(0, j) = T(1);
  SymmetricProduct<T> product(layout);
  for (Index k = 0; k < product.parts(); ++k) product.multiply_part(k, A.from(0), x.view().data);
  RowMatrix<T> y(n, 1);
  layout.for_each_block([&](RowBlock block) { product.finish(block, y.from(block.local)); });
  for (Index i = 0; i < n; ++i) {
    double expected = 0.0;
    for (Index j = 0; j < n; ++j) expected += static_cast<double>(static_cast<T>(element(i, j)));
    EXPECT_NEAR(static_cast<double>(y(i, 0)), expected, tolerance);
  }
}

}  // namespace
}  // namespace fullforce

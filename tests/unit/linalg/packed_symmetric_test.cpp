#include "fullforce/linalg/packed_symmetric.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fullforce/base/aligned_array.hpp"

namespace fullforce {
namespace {

template <class T>
class PackedSymmetric : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(PackedSymmetric, Scalars);

constexpr Index sizes[] = {1, 7, 8, 9, 50, 200, 203};
constexpr Index counts[] = {1, 2, 3, 4, 5, 8, 9, 16, 17, 24, 33, 64};

double element(Index i, Index j) {
  return std::sin(0.7 * static_cast<double>(i + j) + 0.01 * static_cast<double>(i * j));
}
double sample(Index i, Index b) { return std::cos(0.3 * static_cast<double>(i) + 1.1 * static_cast<double>(b)); }

template <class T>
AlignedArray<T> packed(Index size) {
  AlignedArray<T> A(packed_size(size));
  A.fill(T(0));
  for (Index i = 0; i < size; ++i)
    for (Index j = 0; j < std::min(size, (i / panel_rows + 1) * panel_rows); ++j)
      A[packed_place(i, j)] = static_cast<T>(element(i, j));
  return A;
}

/// Vectors in the order that packed matrices ask for, in memory of their own.
template <class T>
struct Samples {
  Samples(Index size, Index count, T fill, double scale = 1.0)
      : shape(packed_vectors<T>(size, count)), memory(shape.size()) {
    memory.fill(fill);
    for (Index i = 0; i < panels(size) * panel_rows; ++i)
      for (Index b = 0; b < count; ++b) view()(b, i) = i < size ? static_cast<T>(scale * sample(i, b)) : T(0);
  }
  VectorsView<T> view() { return shape.in(memory.data()); }

  VectorsShape<T> shape;
  AlignedArray<T> memory;
};

TYPED_TEST(PackedSymmetric, HasPlacesThatFollowEachOther) {
  EXPECT_EQ(packed_size(8), 64);
  EXPECT_EQ(packed_size(9), 64 + 128);
  EXPECT_EQ(packed_place(0, 7), 7);
  EXPECT_EQ(packed_place(7, 0), 56);
  EXPECT_EQ(packed_place(9, 15), 64 + 16 + 15);
  EXPECT_EQ(packed_size(200) - 1, packed_place(199, 199));
}

TYPED_TEST(PackedSymmetric, MultipliesAsTheWholeMatrixDoes) {
  using T = TypeParam;
  const double tolerance = 200.0 * std::numeric_limits<T>::epsilon();
  for (const Index size : sizes)
    for (const Index count : counts) {
      const AlignedArray<T> A = packed<T>(size);
      Samples<T> x(size, count, T(0)), y(size, count, T(std::nan("")));
      kernels::multiply_packed<T>(A.data(), size, x.view(), count, y.view());
      for (Index i = 0; i < size; ++i)
        for (Index b = 0; b < count; ++b) {
          double sum = 0.0;
          for (Index j = 0; j < size; ++j) sum += element(std::max(i, j), std::min(i, j)) * sample(j, b);
          ASSERT_NEAR(y.view()(b, i), sum, tolerance * static_cast<double>(size))
              << size << " rows, " << count << " vectors, row " << i;
        }
    }
}

TYPED_TEST(PackedSymmetric, MultipliesSamplesWithSamples) {
  using T = TypeParam;
  for (const Index size : sizes)
    for (const Index count : counts) {
      Samples<T> x(size, count, T(0)), y(size, count, T(0), 0.5);
      RowMatrix<double> gram(count, count);
      kernels::multiply_samples<T>(x.view(), y.view(), panels(size) * panel_rows, count, gram.from(0));
      for (Index a = 0; a < count; ++a)
        for (Index b = a; b < count; ++b) {
          double sum = 0.0;
          for (Index i = 0; i < size; ++i) sum += 0.5 * sample(i, a) * sample(i, b);
          ASSERT_NEAR(gram(a, b), sum, 2.0 * static_cast<double>(size) * std::numeric_limits<T>::epsilon())
              << size << " rows, " << count << " samples, element " << a << " " << b;
        }
    }
}

TYPED_TEST(PackedSymmetric, SubtractsAProductAndStaysSymmetric) {
  using T = TypeParam;
  for (const Index size : sizes)
    for (const Index count : counts) {
      AlignedArray<T> A = packed<T>(size);
      const Index rows = panels(size) * panel_rows;
      RowMatrix<T> s(rows, count), transposed(count, rows);
      for (Index i = 0; i < size; ++i)
        for (Index b = 0; b < count; ++b) s(i, b) = transposed(b, i) = static_cast<T>(sample(i, b));
      kernels::subtract_packed_product<T>(A.data(), size, s.from(0), count, transposed);
      for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < (i / panel_rows + 1) * panel_rows; ++j) {
          double expected = i < size && j < size ? element(i, j) : 0.0;
          for (Index b = 0; b < count && i < size && j < size; ++b) expected -= sample(i, b) * sample(j, b);
          ASSERT_NEAR(A[packed_place(i, j)], expected, 100.0 * std::numeric_limits<T>::epsilon())
              << size << " rows, " << count << " columns, element " << i << " " << j;
          if (j < i && j / panel_rows == i / panel_rows) {
            ASSERT_EQ(A[packed_place(i, j)], A[packed_place(j, i)]);
          }
        }
    }
}

}  // namespace
}  // namespace fullforce

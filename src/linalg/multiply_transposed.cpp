#include <algorithm>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

template <Real T>
void widen(const T* from, Index count, double* to) {
  std::transform(from, from + count, to, [](T v) { return static_cast<double>(v); });
}

/// A register of columns times one vector.
void one_vector(const double* a, Index a_stride, Index rows, Index cols, const double* x, Index x_stride,
                double* sums) {
  using V = Register<double>;
  for (Index k = 0; k < cols; k += lanes<double>) {
    V sum = {};
    for (Index i = 0; i < rows; ++i)
      sum = add_product(sum, broadcast<V>(x[i * x_stride]), load<V>(a + i * a_stride + k));
    for (Index l = 0; l < std::min(lanes<double>, cols - k); ++l) sums[k + l] = sum[l];
  }
}

/// C columns times a register of vectors; `count` of its lanes are wanted.
template <int C>
void columns(const double* a, Index a_stride, Index rows, const double* x, Index x_stride, Index count, double* sums,
             Index sums_stride) {
  using V = Register<double>;
  V sum[C] = {};
  for (Index i = 0; i < rows; ++i) {
    const V row = load<V>(x + i * x_stride);
    for (int c = 0; c < C; ++c) sum[c] = add_product(sum[c], broadcast<V>(a[i * a_stride + c]), row);
  }
  for (int c = 0; c < C; ++c)
    for (Index l = 0; l < count; ++l) sums[c * sums_stride + l] = sum[c][l];
}

}  // namespace

Index transposed_scratch(Index rows, Index cols, Index vectors) {
  return rows * (padded<double>(cols) + padded<double>(vectors));
}

template <Real T>
void multiply_transposed(Piece<const T> a, Index rows, Index cols, Piece<const T> x, Index vectors, double* sums,
                         double* scratch) {
  const Index a_stride = padded<double>(cols);
  const Index x_stride = padded<double>(vectors);
  double* const wide_a = scratch;
  double* const wide_x = scratch + rows * a_stride;
  for (Index i = 0; i < rows; ++i) {
    widen(a.data + i * a.stride, cols, wide_a + i * a_stride);
    widen(x.data + i * x.stride, vectors, wide_x + i * x_stride);
    std::fill(wide_a + i * a_stride + cols, wide_a + (i + 1) * a_stride, 0.0);
    std::fill(wide_x + i * x_stride + vectors, wide_x + (i + 1) * x_stride, 0.0);
  }
  if (vectors == 1) return one_vector(wide_a, a_stride, rows, cols, wide_x, x_stride, sums);
  for (Index b = 0; b < vectors; b += lanes<double>) {
    const Index count = std::min(lanes<double>, vectors - b);
    Index k = 0;
    for (; k + 8 <= cols; k += 8)
      columns<8>(wide_a + k, a_stride, rows, wide_x + b, x_stride, count, sums + k * vectors + b, vectors);
    for (; k < cols; ++k)
      columns<1>(wide_a + k, a_stride, rows, wide_x + b, x_stride, count, sums + k * vectors + b, vectors);
  }
}

template void multiply_transposed(Piece<const float>, Index, Index, Piece<const float>, Index, double*, double*);
template void multiply_transposed(Piece<const double>, Index, Index, Piece<const double>, Index, double*, double*);

}  // namespace fullforce::kernels

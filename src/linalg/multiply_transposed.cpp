#include <algorithm>
#include <cstring>
#include <type_traits>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

template <Real T>
void widen(const T* from, Index count, double* to) {
  std::transform(from, from + count, to, [](T v) { return static_cast<double>(v); });
}

/// Multiplies C registers of columns by one vector; the first `count` sums are wanted. The registers go side by side,
/// because a sum has to wait for its last product.
template <int C, Real T>
void columns_by_vector(const MatrixView<const double>& a, Index rows, const MatrixView<const T>& x, Index count,
                       double* sums) {
  using V = Register<double>;
  V sum[C] = {};
  for (Index i = 0; i < rows; ++i) {
    const V element = broadcast<V>(static_cast<double>(x.data[i * x.stride]));
    for (int c = 0; c < C; ++c)
      sum[c] = add_product(sum[c], element, load<V>(a.data + i * a.stride + c * lanes<double>));
  }
  double all[C * lanes<double>];
  std::memcpy(all, sum, sizeof(sum));
  std::copy_n(all, count, sums);
}

/// Multiplies all columns by one vector. What lies behind the last column is computed and not used.
template <Real T>
void one_vector(const MatrixView<const double>& a, Index rows, Index cols, const MatrixView<const T>& x, double* sums) {
  Index k = 0;
  for (; k + lanes<double> < cols; k += 2 * lanes<double>)
    columns_by_vector<2>(a.from(0, k), rows, x, std::min(2 * lanes<double>, cols - k), sums + k);
  if (k < cols) columns_by_vector<1>(a.from(0, k), rows, x, cols - k, sums + k);
}

/// Multiplies one column by one vector in the first lane of a register. So every product is added with one rounding,
/// whatever the strides are.
template <Real T>
double one_sum(const MatrixView<const T>& a, Index rows, const MatrixView<const T>& x) {
  using V = Pack<double, 32>;
  V sum = {};
  for (Index i = 0; i < rows; ++i)
    sum = add_product(sum, V{static_cast<double>(a.data[i * a.stride])}, V{static_cast<double>(x.data[i * x.stride])});
  return sum[0];
}

/// Multiplies C columns by a register of vectors, of which `count` lanes are wanted.
template <int C>
void columns(const MatrixView<const double>& a, Index rows, const MatrixView<const double>& x, Index count,
             const MatrixView<double>& sums) {
  using V = Register<double>;
  V sum[C] = {};
  for (Index i = 0; i < rows; ++i) {
    const V row = load<V>(x.data + i * x.stride);
    for (int c = 0; c < C; ++c) sum[c] = add_product(sum[c], broadcast<V>(a.data[i * a.stride + c]), row);
  }
  for (int c = 0; c < C; ++c)
    for (Index l = 0; l < count; ++l) sums.data[c * sums.stride + l] = sum[c][l];
}

/// Returns rows of T as rows of doubles on aligned addresses. These are the rows themselves if they are so already, and
/// copies otherwise.
template <Real T>
MatrixView<const double> widened(const MatrixView<const T>& rows, Index count, Index cols, double* scratch) {
  if constexpr (std::is_same_v<T, double>) {
    if (rows.stride % lanes<double> == 0) return rows;
  }
  const Index stride = padded<double>(cols);
  for (Index i = 0; i < count; ++i) {
    widen(rows.data + i * rows.stride, cols, scratch + i * stride);
    std::fill(scratch + i * stride + cols, scratch + (i + 1) * stride, 0.0);
  }
  return {scratch, cols, stride};
}

}  // namespace

Index transposed_scratch(Index rows, Index cols, Index vectors) {
  return rows * (padded<double>(cols) + padded<double>(vectors));
}

template <Real T>
void multiply_transposed(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<const T>& x,
                         Index vectors, double* sums, double* scratch) {
  if (vectors == 1 && cols == 1) {
    sums[0] = one_sum(a, rows, x);
    return;
  }
  const MatrixView<const double> wide_a = widened(a, rows, cols, scratch);
  if (vectors == 1) return one_vector(wide_a, rows, cols, x, sums);
  const MatrixView<const double> wide_x = widened(x, rows, vectors, scratch + rows * padded<double>(cols));
  for (Index b = 0; b < vectors; b += lanes<double>) {
    const MatrixView<const double> some = wide_x.from(0, b);
    const Index count = std::min(lanes<double>, vectors - b);
    const auto from = [&](Index k) { return wide_a.from(0, k); };
    const auto to = [&](Index k) { return MatrixView<double>{sums + k * vectors + b, vectors, vectors}; };
    Index k = 0;
    for (; k + 8 <= cols; k += 8) columns<8>(from(k), rows, some, count, to(k));
    for (; k < cols; ++k) columns<1>(from(k), rows, some, count, to(k));
  }
}

template void multiply_transposed(const MatrixView<const float>&, Index, Index, const MatrixView<const float>&, Index,
                                  double*, double*);
template void multiply_transposed(const MatrixView<const double>&, Index, Index, const MatrixView<const double>&, Index,
                                  double*, double*);

}  // namespace fullforce::kernels

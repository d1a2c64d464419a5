#include <algorithm>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// After so many rows the sums go back to the first-level cache. The rows are so many that this hardly costs. They are
/// so few that the processor can follow each row as a stream of memory to read ahead.
constexpr Index row_run = 16;
/// Rows are asked for so far ahead of the one at work.
constexpr Index look_ahead = 2 * row_run;

/// Adds C columns times a pack of vectors that lie side by side.
template <int C, class V, class T>
void side_by_side_tile(const MatrixView<const T>& a, Index rows, const MatrixView<const T>& x,
                       const VectorsView<T>& sums) {
  V sum[C];
  for (int c = 0; c < C; ++c) sum[c] = load<V>(sums.data + c * sums.stride);
  for (Index i = 0; i < rows; ++i) {
    __builtin_prefetch(a.data + (i + look_ahead) * a.stride);
    const V row = load<V>(x.data + i * x.stride);
    for (int c = 0; c < C; ++c) sum[c] = add_product(sum[c], broadcast<V>(a.data[i * a.stride + c]), row);
  }
  for (int c = 0; c < C; ++c) save(sum[c], sums.data + c * sums.stride);
}

template <class V, class T>
void side_by_side(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<const T>& x,
                  const VectorsView<T>& sums) {
  constexpr int wide = register_bytes == 64 ? 64 / static_cast<int>(sizeof(T)) : 4;
  const auto from = [&](Index k) { return a.from(0, k); };
  const auto to = [&](Index k) { return VectorsView<T>{sums.data + k * sums.stride, sums.stride, sums.order}; };
  Index k = 0;
  for (; k + wide <= cols; k += wide) side_by_side_tile<wide, V>(from(k), rows, x, to(k));
  for (; k < cols; ++k) side_by_side_tile<1, V>(from(k), rows, x, to(k));
}

/// Adds a register of columns times one vector.
template <class T>
void by_vector(const MatrixView<const T>& a, Index rows, Index cols, const T* x, Index x_stride, T* sums) {
  using V = Register<T>;
  for (Index k = 0; k < cols; k += lanes<T>) {
    V sum = load<V>(sums + k);
    for (Index i = 0; i < rows; ++i)
      sum = add_product(sum, broadcast<V>(x[i * x_stride]), load<V>(a.data + i * a.stride + k));
    save(sum, sums + k);
  }
}

}  // namespace

template <Real T>
void accumulate_transposed(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<const T>& x,
                           Index vectors, const VectorsView<T>& sums) {
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  for (Index i = 0; i < rows; i += row_run) {
    const Index n = std::min(row_run, rows - i);
    const MatrixView<const T> a_run = a.from(i);
    const T* const x_run = x.data + i * x.stride;
    if (sums.order == VectorOrder::by_vector) {
      for (Index b = 0; b < vectors; ++b) by_vector(a_run, n, cols, x_run + b, x.stride, sums.data + b * sums.stride);
      continue;
    }
    const auto run = [&](auto pack, Index b) {
      side_by_side<decltype(pack)>(a_run, n, cols, x.from(i, b),
                                   VectorsView<T>{sums.data + b, sums.stride, sums.order});
    };
    Index b = 0;
    for (; b + unit < vectors; b += 2 * unit) run(Pack<T, 64>{}, b);
    if (b < vectors) run(Pack<T, 32>{}, b);
  }
}

template void accumulate_transposed(const MatrixView<const float>&, Index, Index, const MatrixView<const float>&, Index,
                                    const VectorsView<float>&);
template void accumulate_transposed(const MatrixView<const double>&, Index, Index, const MatrixView<const double>&,
                                    Index, const VectorsView<double>&);

}  // namespace fullforce::kernels

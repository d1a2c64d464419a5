#include <algorithm>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// Columns come in runs of so many bytes. The part of `right` that belongs to a run stays in the second-level cache
/// while the rows of a block pass by. A row of `c` is read and written in pieces that the hardware can foresee.
constexpr Index column_run_bytes = 4096;

/// Updates R rows and C packs of columns of `c`, which stay in registers while the inner index runs.
template <int R, int C, class V, class T>
void tile(const MatrixView<T>& c, const MatrixView<const T>& left, Index inner, const MatrixView<const T>& right) {
  constexpr Index width = sizeof(V) / sizeof(T);
  V sums[R][C];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) {
      sums[r][v] = load<V>(c.data + r * c.stride + v * width);
      __builtin_prefetch(c.data + r * c.stride + (v + C) * width, 1);
    }
  for (Index k = 0; k < inner; ++k) {
    V row[C];
    for (int v = 0; v < C; ++v) row[v] = load<V>(right.data + k * right.stride + v * width);
    for (int r = 0; r < R; ++r) {
      const V element = broadcast<V>(left.data[r * left.stride + k]);
      for (int v = 0; v < C; ++v) sums[r][v] = add_product<true>(sums[r][v], element, row[v]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) save(sums[r][v], c.data + r * c.stride + v * width);
}

/// Updates R rows in all columns of a run, which are whole units.
template <int R, class T>
void rows_of_run(const MatrixView<T>& c, Index width, const MatrixView<const T>& left, Index inner,
                 const MatrixView<const T>& right) {
  using V = Register<T>;
  constexpr Index wide = 2 * lanes<T>;
  Index j = 0;
  for (; j + wide <= width; j += wide) tile<R, 2, V>(c.from(0, j), left, inner, right.from(0, j));
  for (; j + lanes<T> <= width; j += lanes<T>) tile<R, 1, V>(c.from(0, j), left, inner, right.from(0, j));
  if (j < width) tile<R, 1, Pack<T, vector_unit_bytes>>(c.from(0, j), left, inner, right.from(0, j));
}

}  // namespace

template <Real T>
void subtract_product(const MatrixView<T>& c, Index rows, Index cols, const MatrixView<const T>& left, Index inner,
                      const MatrixView<const T>& right) {
  constexpr int height = register_bytes == 64 ? 8 : 4;
  constexpr Index run = column_run_bytes / static_cast<Index>(sizeof(T));
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  const Index width = (cols + unit - 1) / unit * unit;
  for (Index j = 0; j < width; j += run) {
    const Index n = std::min(run, width - j);
    const MatrixView<const T> of_run = right.from(0, j);
    const auto to = [&](Index i) { return c.from(i, j); };
    const auto from = [&](Index i) { return left.from(i); };
    Index i = 0;
    for (; i + height <= rows; i += height) rows_of_run<height>(to(i), n, from(i), inner, of_run);
    for (; i + 4 <= rows; i += 4) rows_of_run<4>(to(i), n, from(i), inner, of_run);
    for (; i < rows; ++i) rows_of_run<1>(to(i), n, from(i), inner, of_run);
  }
}

template void subtract_product(const MatrixView<float>&, Index, Index, const MatrixView<const float>&, Index,
                               const MatrixView<const float>&);
template void subtract_product(const MatrixView<double>&, Index, Index, const MatrixView<const double>&, Index,
                               const MatrixView<const double>&);

}  // namespace fullforce::kernels

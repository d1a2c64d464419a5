#include <algorithm>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// Columns in runs: their part of `right` stays in the second-level cache while the rows of a block pass by, and a row
/// of `c` is read and written in pieces that the hardware can foresee.
constexpr Index column_run_bytes = 4096;

/// R rows and C registers of columns of c stay in registers while the inner index runs.
template <int R, int C, class T>
void tile(Piece<T> c, Piece<const T> left, Index inner, Piece<const T> right) {
  using V = Register<T>;
  V sums[R][C];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) {
      sums[r][v] = load<V>(c.data + r * c.stride + v * lanes<T>);
      __builtin_prefetch(c.data + r * c.stride + (v + C) * lanes<T>, 1);
    }
  for (Index k = 0; k < inner; ++k) {
    V row[C];
    for (int v = 0; v < C; ++v) row[v] = load<V>(right.data + k * right.stride + v * lanes<T>);
    for (int r = 0; r < R; ++r) {
      const V element = broadcast<V>(left.data[r * left.stride + k]);
      for (int v = 0; v < C; ++v) sums[r][v] = add_product<true>(sums[r][v], element, row[v]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) save(sums[r][v], c.data + r * c.stride + v * lanes<T>);
}

/// R rows, all columns of a run.
template <int R, class T>
void rows_of_run(Piece<T> c, Index width, Piece<const T> left, Index inner, Piece<const T> right) {
  constexpr Index wide = 2 * lanes<T>;
  Index j = 0;
  for (; j + wide <= width; j += wide)
    tile<R, 2>(Piece<T>{c.data + j, c.stride}, left, inner, Piece<const T>{right.data + j, right.stride});
  if (j < width) tile<R, 1>(Piece<T>{c.data + j, c.stride}, left, inner, Piece<const T>{right.data + j, right.stride});
}

}  // namespace

template <Real T>
void subtract_product(Piece<T> c, Index rows, Index cols, Piece<const T> left, Index inner, Piece<const T> right) {
  constexpr int height = register_bytes == 64 ? 8 : 4;
  constexpr Index run = column_run_bytes / static_cast<Index>(sizeof(T));
  const Index width = (cols + lanes<T> - 1) / lanes<T> * lanes<T>;
  for (Index j = 0; j < width; j += run) {
    const Index n = std::min(run, width - j);
    const Piece<const T> of_run{right.data + j, right.stride};
    const auto to = [&](Index i) { return Piece<T>{c.data + i * c.stride + j, c.stride}; };
    const auto from = [&](Index i) { return Piece<const T>{left.data + i * left.stride, left.stride}; };
    Index i = 0;
    for (; i + height <= rows; i += height) rows_of_run<height>(to(i), n, from(i), inner, of_run);
    for (; i + 4 <= rows; i += 4) rows_of_run<4>(to(i), n, from(i), inner, of_run);
    for (; i < rows; ++i) rows_of_run<1>(to(i), n, from(i), inner, of_run);
  }
}

template void subtract_product(Piece<float>, Index, Index, Piece<const float>, Index, Piece<const float>);
template void subtract_product(Piece<double>, Index, Index, Piece<const double>, Index, Piece<const double>);

}  // namespace fullforce::kernels

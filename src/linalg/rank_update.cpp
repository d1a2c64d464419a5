#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// R rows and C registers of columns of c stay in registers while the inner index runs.
template <int R, int C, class T>
void tile(Piece<T> c, Piece<const T> left, Index inner, Piece<const T> right) {
  using V = Register<T>;
  V sums[R][C];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) sums[r][v] = load<V>(c.data + r * c.stride + v * lanes<T>);
  for (Index k = 0; k < inner; ++k) {
    V row[C];
    for (int v = 0; v < C; ++v) row[v] = load<V>(right.data + k * right.stride + v * lanes<T>);
    for (int r = 0; r < R; ++r) {
      const V element = broadcast<V>(left.data[r * left.stride + k]);
      for (int v = 0; v < C; ++v) sums[r][v] = add_product<true>(sums[r][v], element, row[v]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) at<V>(c.data + r * c.stride + v * lanes<T>) = sums[r][v];
}

template <int C, class T>
void columns(Piece<T> c, Index rows, Piece<const T> left, Index inner, Piece<const T> right) {
  constexpr int height = register_bytes == 64 ? 8 : 4;
  Index i = 0;
  const auto to = [&](Index row) { return Piece<T>{c.data + row * c.stride, c.stride}; };
  const auto from = [&](Index row) { return Piece<const T>{left.data + row * left.stride, left.stride}; };
  for (; i + height <= rows; i += height) tile<height, C>(to(i), from(i), inner, right);
  for (; i < rows; ++i) tile<1, C>(to(i), from(i), inner, right);
}

}  // namespace

template <Real T>
void subtract_product(Piece<T> c, Index rows, Index cols, Piece<const T> left, Index inner, Piece<const T> right) {
  constexpr Index wide = 2 * lanes<T>;
  const Index width = (cols + lanes<T> - 1) / lanes<T> * lanes<T>;
  Index j = 0;
  for (; j + wide <= width; j += wide)
    columns<2>(Piece<T>{c.data + j, c.stride}, rows, left, inner, Piece<const T>{right.data + j, right.stride});
  for (; j < width; j += lanes<T>)
    columns<1>(Piece<T>{c.data + j, c.stride}, rows, left, inner, Piece<const T>{right.data + j, right.stride});
}

template void subtract_product(Piece<float>, Index, Index, Piece<const float>, Index, Piece<const float>);
template void subtract_product(Piece<double>, Index, Index, Piece<const double>, Index, Piece<const double>);

}  // namespace fullforce::kernels

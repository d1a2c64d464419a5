#include "fullforce/linalg/kernels.hpp"

#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

constexpr Index round_up(Index value, Index unit) { return (value + unit - 1) / unit * unit; }

/// A tile of R rows and V vectors: R x V sums stay in registers while the columns stream by.
template <class T, int R, int V>
void multiply_tile(Piece<const T> a, Index cols, Piece<const T> x, Piece<T> y) {
  Register<T> sums[R][V] = {};
  for (Index j = 0; j < cols; j += lanes<T>) {
    Register<T> vector[V];
    for (int v = 0; v < V; ++v) vector[v] = load(x.data + v * x.stride + j);
    for (int r = 0; r < R; ++r) {
      const Register<T> row = load(a.data + r * a.stride + j);
      for (int v = 0; v < V; ++v) sums[r][v] += row * vector[v];
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) y.data[r * y.stride + v] = sum_of_lanes<T>(sums[r][v]);
}

template <class T, int V>
void multiply_vectors(Piece<const T> a, Index rows, Index cols, Piece<const T> x, Piece<T> y) {
  constexpr int tile = V == 1 ? 8 : 4;
  Index i = 0;
  const auto from = [&](Index row) { return Piece<const T>{a.data + row * a.stride, a.stride}; };
  const auto to = [&](Index row) { return Piece<T>{y.data + row * y.stride, y.stride}; };
  for (; i + tile <= rows; i += tile) multiply_tile<T, tile, V>(from(i), cols, x, to(i));
  for (; i < rows; ++i) multiply_tile<T, 1, V>(from(i), cols, x, to(i));
}

/// R rows and C registers of columns of c stay in registers while the inner index runs.
template <class T, int R, int C>
void subtract_tile(Piece<T> c, Piece<const T> left, Index inner, Piece<const T> right) {
  Register<T> sums[R][C];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) sums[r][v] = load(c.data + r * c.stride + v * lanes<T>);
  for (Index k = 0; k < inner; ++k) {
    for (int v = 0; v < C; ++v) {
      const Register<T> row = load(right.data + k * right.stride + v * lanes<T>);
      for (int r = 0; r < R; ++r) sums[r][v] -= left.data[r * left.stride + k] * row;
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < C; ++v) at(c.data + r * c.stride + v * lanes<T>) = sums[r][v];
}

template <class T, int C>
void subtract_columns(Piece<T> c, Index rows, Piece<const T> left, Index inner, Piece<const T> right) {
  Index i = 0;
  const auto to = [&](Index row) { return Piece<T>{c.data + row * c.stride, c.stride}; };
  const auto from = [&](Index row) { return Piece<const T>{left.data + row * left.stride, left.stride}; };
  for (; i + 4 <= rows; i += 4) subtract_tile<T, 4, C>(to(i), from(i), inner, right);
  for (; i < rows; ++i) subtract_tile<T, 1, C>(to(i), from(i), inner, right);
}

}  // namespace

template <Real T>
void multiply(Piece<const T> a, Index rows, Index cols, Piece<const T> x, Index vectors, Piece<T> y) {
  const Index width = round_up(cols, lanes<T>);
  // Few rows at a time, all vectors for each: the rows are then read from memory once.
  constexpr Index strip = 8;
  for (Index i = 0; i < rows; i += strip) {
    const Index n = i + strip <= rows ? strip : rows - i;
    const Piece<const T> strip_a{a.data + i * a.stride, a.stride};
    Index b = 0;
    const auto xs = [&] { return Piece<const T>{x.data + b * x.stride, x.stride}; };
    const auto ys = [&] { return Piece<T>{y.data + i * y.stride + b, y.stride}; };
    for (; b + 4 <= vectors; b += 4) multiply_vectors<T, 4>(strip_a, n, width, xs(), ys());
    if (vectors - b >= 2) {
      multiply_vectors<T, 2>(strip_a, n, width, xs(), ys());
      b += 2;
    }
    if (vectors - b == 1) multiply_vectors<T, 1>(strip_a, n, width, xs(), ys());
  }
}

template <Real T>
void subtract_product(Piece<T> c, Index rows, Index cols, Piece<const T> left, Index inner, Piece<const T> right) {
  const Index width = round_up(cols, lanes<T>);
  constexpr Index wide = 4 * lanes<T>;
  Index j = 0;
  for (; j + wide <= width; j += wide)
    subtract_columns<T, 4>({c.data + j, c.stride}, rows, left, inner, {right.data + j, right.stride});
  for (; j < width; j += lanes<T>)
    subtract_columns<T, 1>({c.data + j, c.stride}, rows, left, inner, {right.data + j, right.stride});
}

template <Real T>
void accumulate_transposed(Piece<const T> a, Index rows, Index cols, const T* x, Index x_stride, double* sums) {
  for (Index i = 0; i < rows; ++i) {
    const double factor = static_cast<double>(x[i * x_stride]);
    const T* row = a.data + i * a.stride;
    for (Index k = 0; k < cols; ++k) sums[k] += static_cast<double>(row[k]) * factor;
  }
}

template void multiply(Piece<const float>, Index, Index, Piece<const float>, Index, Piece<float>);
template void multiply(Piece<const double>, Index, Index, Piece<const double>, Index, Piece<double>);
template void subtract_product(Piece<float>, Index, Index, Piece<const float>, Index, Piece<const float>);
template void subtract_product(Piece<double>, Index, Index, Piece<const double>, Index, Piece<const double>);
template void accumulate_transposed(Piece<const float>, Index, Index, const float*, Index, double*);
template void accumulate_transposed(Piece<const double>, Index, Index, const double*, Index, double*);

}  // namespace fullforce::kernels

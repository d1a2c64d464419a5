#include "fullforce/linalg/sparse_rows.hpp"

#include <algorithm>

#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// W neighbouring scalars at any address.
template <class T, int W>
struct Strip {
  typedef T Vector __attribute__((vector_size(W * sizeof(T)), aligned(alignof(T)), may_alias));
  static Vector load(const T* p) { return *reinterpret_cast<const Vector*>(p); }
  static void store(const Vector& v, T* p) { *reinterpret_cast<Vector*>(p) = v; }
};

/// One scalar in a wider vector: compilers round a scalar's multiplications and additions apart where they reorder the
/// loop.
template <class T>
struct Strip<T, 1> {
  typedef T Vector __attribute__((vector_size(16)));
  static Vector load(const T* p) { return Vector{*p}; }
  static void store(const Vector& v, T* p) { *p = v[0]; }
};

/// The rows of a block as one run of non-zeros.
template <class T>
struct NonZeros {
  const std::int32_t* columns;
  const T* values;
  Index degree;
  Index last;  ///< index of the last one
};

/// Lines of x are wanted in no order that the hardware could guess, so they are asked for this many non-zeros ahead.
constexpr Index look_ahead = 16;

template <class T>
void ask_for(const NonZeros<T>& a, Index k, Piece<const T> x, Index scalars) {
  constexpr Index line = alignment_bytes / static_cast<Index>(sizeof(T));
  const T* row = x.data + a.columns[std::min(k, a.last)] * x.stride;
  for (Index b = 0; b < scalars; b += line) __builtin_prefetch(row + b);
}

/// V strips of W streams each: their sums stay in registers while the non-zeros of a row stream by. (Several rows at a
/// time gain nothing: the processor looks far enough ahead by itself.)
template <class T, int V, int W>
void sparse_strips(const NonZeros<T>& a, Index rows, Piece<const T> x, Piece<T> y) {
  for (Index i = 0; i < rows; ++i) {
    typename Strip<T, W>::Vector sums[V] = {};
    for (Index k = i * a.degree; k < (i + 1) * a.degree; ++k) {
      ask_for(a, k + look_ahead, x, V * W);
      const T* from = x.data + a.columns[k] * x.stride;
      for (int v = 0; v < V; ++v) sums[v] += a.values[k] * Strip<T, W>::load(from + v * W);
    }
    for (int v = 0; v < V; ++v) Strip<T, W>::store(sums[v], y.data + i * y.stride + v * W);
  }
}

/// What is left of the streams, in strips half as wide each.
template <class T, int W>
void sparse_rest(const NonZeros<T>& a, Index rows, Piece<const T> x, Index vectors, Piece<T> y) {
  if (vectors >= W) {
    sparse_strips<T, 1, W>(a, rows, x, y);
    x.data += W;
    y.data += W;
    vectors -= W;
  }
  if constexpr (W > 1) sparse_rest<T, W / 2>(a, rows, x, vectors, y);
}

}  // namespace

template <Real T>
void multiply_sparse(const SparseRows<T>& a, Index first, Index rows, Piece<const T> x, Index vectors, Piece<T> y) {
  if (rows == 0) return;
  constexpr int W = static_cast<int>(lanes<T>);
  const NonZeros<T> block{a.columns(first).data(), a.values(first).data(), a.degree(), rows * a.degree() - 1};
  for (; vectors >= 4 * W; vectors -= 4 * W, x.data += 4 * W, y.data += 4 * W)
    sparse_strips<T, 4, W>(block, rows, x, y);
  for (; vectors >= 2 * W; vectors -= 2 * W, x.data += 2 * W, y.data += 2 * W)
    sparse_strips<T, 2, W>(block, rows, x, y);
  sparse_rest<T, W>(block, rows, x, vectors, y);
}

template void multiply_sparse(const SparseRows<float>&, Index, Index, Piece<const float>, Index, Piece<float>);
template void multiply_sparse(const SparseRows<double>&, Index, Index, Piece<const double>, Index, Piece<double>);

}  // namespace fullforce::kernels

#include <algorithm>
#include <type_traits>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

// Multiplication and addition are fused outright: left to the compiler, one tile did so and another did not, and the
// result of a row depended on its neighbours. Columns come in runs that fit the first-level cache, and a tile of sums
// stays in registers. The lanes of several rows are added up together, as the same tree.
//
// Measured on one core with AVX-512, N = 4096, blocks of 64 rows, for 1, 4, 16 and 32 vectors, in GFLOP/s:
//   double   this 6.5, 19, 45, 47    Eigen 5.7, 12, 19, 21    OpenBLAS 6.6, 7.9, 22, 30
//   single   this 14, 36, 97, 101    Eigen 13, 25, 68, 73     OpenBLAS 13, 16, 46, 61
// For contiguous vectors, rows are not asked for ahead: that is from 4 % faster to a tenth slower, by the processor.
namespace fullforce::kernels {
namespace {

constexpr Index round_up(Index value, Index unit) { return (value + unit - 1) / unit * unit; }

/// What becomes of a finished sum, and of the further ones of the same element.
struct Add {
  template <class V>
  void operator()(V& y, const V& sum) const {
    y += sum;
  }
};
struct Assign {
  using Further = Add;
  template <class V>
  void operator()(V& y, const V& sum) const {
    y = sum;
  }
};
struct Subtract {
  using Further = Subtract;
  template <class V>
  void operator()(V& y, const V& sum) const {
    y -= sum;
  }
};

/// R rows and V contiguous vectors: R x V sums stay in registers while the columns stream by.
template <int R, int V, class T, class Store>
void tile_by_vector(const MatrixView<const T>& a, Index cols, const VectorsView<const T>& x, const MatrixView<T>& y,
                    Store store) {
  Register<T> sums[R][V] = {};
  for (Index j = 0; j < cols; j += lanes<T>) {
    Register<T> vector[V];
    for (int v = 0; v < V; ++v) vector[v] = load<Register<T>>(x.data + v * x.stride + j);
    for (int r = 0; r < R; ++r) {
      const Register<T> row = load<Register<T>>(a.data + r * a.stride + j);
      for (int v = 0; v < V; ++v) sums[r][v] = add_product(sums[r][v], row, vector[v]);
    }
  }
  T totals[std::max(R * V, static_cast<int>(lanes<T>))];
  sums_of_lanes<R * V, static_cast<int>(lanes<T>)>(&sums[0][0], totals);
  if (y.stride == V) {
    // Whole registers: what is stored in parts, a read of the whole must wait for until all parts have left the core.
    for (int k = 0; k < R * V; ++k) store(y.data[k], totals[k]);
    return;
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) store(y.data[r * y.stride + v], totals[r * V + v]);
}

/// Few rows at a time, all vectors for each: the rows are then read from memory once.
constexpr Index strip = 8;

/// Rows no longer than this are over before the processor has learned to read them ahead, so those of the strip after
/// the next are asked for.
constexpr Index short_row_bytes = 4096;

/// Of longer rows so many columns ahead are asked for: rows used an element at a time keep the processor from reading
/// them ahead itself far enough (16 streams, single precision, N = 4096: a tenth of a step).
constexpr Index ahead_columns = 64;

/// R rows and C packs of vectors that lie side by side: an element of `a` at a time, times one element of each vector.
template <int R, int C, class V, class T, class Store>
void tile_side_by_side(const MatrixView<const T>& a, Index cols, const VectorsView<const T>& x, const MatrixView<T>& y,
                       Store store) {
  constexpr Index width = sizeof(V) / sizeof(T);
  constexpr Index line = alignment_bytes / static_cast<Index>(sizeof(T));
  const bool ask = a.stride * static_cast<Index>(sizeof(T)) <= short_row_bytes;
  V sums[R][C] = {};
  for (Index j = 0; j < cols; ++j) {
    if (j % line == 0) {
      if (ask)
        for (int r = 0; r < R; ++r) __builtin_prefetch(a.data + (r + 2 * strip) * a.stride + j);
      else
        for (int r = 0; r < R; ++r) __builtin_prefetch(a.data + r * a.stride + j + ahead_columns);
    }
    V vector[C];
    for (int c = 0; c < C; ++c) vector[c] = load<V>(x.data + j * x.stride + c * width);
    for (int r = 0; r < R; ++r) {
      const V element = broadcast<V>(a.data[r * a.stride + j]);
      for (int c = 0; c < C; ++c) sums[r][c] = add_product(sums[r][c], element, vector[c]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int c = 0; c < C; ++c) {
      T* const to = y.data + r * y.stride + c * width;
      V value = load<V>(to);
      store(value, sums[r][c]);
      save(value, to);
    }
}

/// Calls tile(row, R) for all rows: R at a time, then one by one.
template <int R, class Tile>
void for_tiles(Index rows, const Tile& tile) {
  Index i = 0;
  for (; i + R <= rows; i += R) tile(i, std::integral_constant<int, R>{});
  for (; i < rows; ++i) tile(i, std::integral_constant<int, 1>{});
}

template <int V, class T, class Store>
void rows_by_vector(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x,
                    const MatrixView<T>& y, Store store) {
  for_tiles<(V == 1 ? 8 : 4)>(
      rows, [&](Index i, auto tile_rows) { tile_by_vector<tile_rows, V>(a.from(i), cols, x, y.from(i), store); });
}

template <int C, class V, class T, class Store>
void rows_side_by_side(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x,
                       const MatrixView<T>& y, Store store) {
  // As many sums as registers hold beside the packs of a row.
  constexpr int registers = C * static_cast<int>(sizeof(V)) / register_bytes;
  constexpr int tile = registers <= 1 ? 8 : register_bytes == 64 ? 16 / registers : registers == 2 ? 4 : 2;
  for_tiles<tile>(
      rows, [&](Index i, auto tile_rows) { tile_side_by_side<tile_rows, C, V>(a.from(i), cols, x, y.from(i), store); });
}

template <class T, class Store>
void by_vector(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x, Index vectors,
               const MatrixView<T>& y, Store store) {
  const Index width = round_up(cols, lanes<T>);
  for (Index i = 0; i < rows; i += strip) {
    const Index n = std::min(strip, rows - i);
    const MatrixView<const T> from = a.from(i);
    const auto run = [&](auto count, Index b) {
      rows_by_vector<count>(from, n, width, VectorsView<const T>{x.data + b * x.stride, x.stride, x.order},
                            y.from(i, b), store);
    };
    Index b = 0;
    for (; b + 4 <= vectors; b += 4) run(std::integral_constant<int, 4>{}, b);
    if (vectors - b >= 2) {
      run(std::integral_constant<int, 2>{}, b);
      b += 2;
    }
    if (vectors - b == 1) run(std::integral_constant<int, 1>{}, b);
  }
}

/// All vectors for the rows of a strip and a run of columns.
template <class T, class Store>
void side_by_side(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x, Index vectors,
                  const MatrixView<T>& y, Store store) {
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  const Index units = (vectors + unit - 1) / unit;
  const auto run = [&](auto packs, auto pack, Index u) {
    rows_side_by_side<packs, decltype(pack)>(a, rows, cols, VectorsView<const T>{x.data + u * unit, x.stride, x.order},
                                             y.from(0, u * unit), store);
  };
  Index u = 0;
  for (; u + 4 <= units; u += 4) run(std::integral_constant<int, 2>{}, Pack<T, 64>{}, u);
  if (units - u >= 2) {
    run(std::integral_constant<int, 1>{}, Pack<T, 64>{}, u);
    u += 2;
  }
  if (units - u == 1) run(std::integral_constant<int, 1>{}, Pack<T, 32>{}, u);
}

/// Columns in runs whose vectors stay in the first-level cache while the rows of a block pass by; also keeps sums of
/// single precision short.
constexpr Index column_run = 512;

template <class T, class Store>
void by_column_runs(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x, Index vectors,
                    const MatrixView<T>& y, Store store) {
  for (Index i = 0; i < rows; i += strip) {
    const Index n = std::min(strip, rows - i);
    const MatrixView<T> to = y.from(i);
    const auto run = [&](Index j, auto keep) {
      side_by_side(a.from(i, j), n, std::min(column_run, cols - j),
                   VectorsView<const T>{x.data + j * x.stride, x.stride, x.order}, vectors, to, keep);
    };
    run(0, store);
    for (Index j = column_run; j < cols; j += column_run) run(j, typename Store::Further{});
  }
}

template <class T, class Store>
void product(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x, Index vectors,
             const MatrixView<T>& y, Store store) {
  if (x.order == VectorOrder::by_vector)
    by_vector(a, rows, cols, x, vectors, y, store);
  else
    by_column_runs(a, rows, cols, x, vectors, y, store);
}

}  // namespace

template <Real T>
void multiply(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x, Index vectors,
              const MatrixView<T>& y) {
  product(a, rows, cols, x, vectors, y, Assign{});
}

template <Real T>
void subtract_multiple(const MatrixView<const T>& a, Index rows, Index cols, const VectorsView<const T>& x,
                       Index vectors, const MatrixView<T>& y) {
  product(a, rows, cols, x, vectors, y, Subtract{});
}

template void multiply(const MatrixView<const float>&, Index, Index, const VectorsView<const float>&, Index,
                       const MatrixView<float>&);
template void multiply(const MatrixView<const double>&, Index, Index, const VectorsView<const double>&, Index,
                       const MatrixView<double>&);
template void subtract_multiple(const MatrixView<const float>&, Index, Index, const VectorsView<const float>&, Index,
                                const MatrixView<float>&);
template void subtract_multiple(const MatrixView<const double>&, Index, Index, const VectorsView<const double>&, Index,
                                const MatrixView<double>&);

}  // namespace fullforce::kernels

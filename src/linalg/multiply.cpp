#include <algorithm>
#include <type_traits>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

// Multiplication and addition are fused outright. When this was left to the compiler, it fused them in one tile and not
// in another, and the result of a row depended on its neighbours. Columns come in runs that fit the first-level cache.
// A tile of sums stays in registers. The lanes of several rows are added up together, as the same tree.
//
// These rates in GFLOP/s were measured on one core with AVX-512, at N = 4096 with blocks of 64 rows, for 1, 4, 16 and
// 32 vectors:
//   double   this 6.5, 19, 45, 47    Eigen 5.7, 12, 19, 21    OpenBLAS 6.6, 7.9, 22, 30
//   single   this 14, 36, 97, 101    Eigen 13, 25, 68, 73     OpenBLAS 13, 16, 46, 61
// For contiguous vectors, rows are not asked for ahead. Depending on the processor, asking is between 4 % faster and a
// tenth slower.
namespace fullforce::kernels {
namespace {

constexpr Index round_up(Index value, Index unit) { return (value + unit - 1) / unit * unit; }

/// What happens to a finished sum, and to the further sums of the same element.
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

/// Multiplies R rows by V contiguous vectors. The R x V sums stay in registers while the columns stream by.
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
    // Whole registers are stored. If they were stored in parts, a read of a whole register would have to wait until all
    // parts have left the core.
    for (int k = 0; k < R * V; ++k) store(y.data[k], totals[k]);
    return;
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) store(y.data[r * y.stride + v], totals[r * V + v]);
}

/// So few rows are taken at a time, and all vectors are done for them. The rows are then read from memory only once.
constexpr Index strip = 8;

/// Rows of at most this length are over before the processor has learned to read them ahead. So the rows of the strip
/// after the next are asked for.
constexpr Index short_row_bytes = 4096;

/// In longer rows, memory is asked for so many columns ahead. The rows are used an element at a time, which keeps the
/// processor from reading far enough ahead by itself. This saves a tenth of a step (16 streams, single precision, N =
/// 4096).
constexpr Index ahead_columns = 64;

/// Multiplies R rows by C packs of vectors that lie side by side. It takes one element of `a` at a time, and multiplies
/// it by one element of each vector.
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

/// Calls tile(row, R) for all rows from `first` on, R rows at a time as long as there are as many, then half as many.
/// One row alone would take as long as several, because each of its sums waits for the last one.
template <int R, class Tile>
void for_tiles(Index rows, const Tile& tile, Index first = 0) {
  for (; first + R <= rows; first += R) tile(first, std::integral_constant<int, R>{});
  if constexpr (R > 1)
    if (first < rows) for_tiles<R / 2>(rows, tile, first);
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
  // A tile has as many sums as registers can hold beside the packs of a row.
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

/// Multiplies a run of columns by all vectors, strip by strip.
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

/// Columns come in runs. The vectors of a run stay in the first-level cache while the rows of a block pass by. Runs
/// also keep sums in single precision short.
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

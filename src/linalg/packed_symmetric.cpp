#include "fullforce/linalg/packed_symmetric.hpp"

#include <algorithm>

#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

constexpr int rows = static_cast<int>(panel_rows);

/// Tiles are used in the order in which they lie in memory, but a row at a time, which the processor cannot foresee. So
/// a tile is asked for this many bytes ahead, which may be in the matrix that follows.
constexpr Index bytes_ahead = 8192;

template <int rows_of_tile, class T>
inline void ask_for_rows(const T* tile) {
  constexpr Index line = alignment_bytes / static_cast<Index>(sizeof(T));
  const T* const ahead = tile + bytes_ahead / static_cast<Index>(sizeof(T));
  for (Index k = 0; k < rows_of_tile * panel_rows; k += line) __builtin_prefetch(ahead + k);
}

/// Calls work(pack, b) for vectors side by side: two units from vector b on at a time, and for a last unit.
template <class T, class Work>
inline void for_packs(Index stride, const Work& work) {
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  Index b = 0;
  for (; b + 2 * unit <= stride; b += 2 * unit) work(Pack<T, 2 * vector_unit_bytes>{}, b);
  if (b < stride) work(Pack<T, vector_unit_bytes>{}, b);
}

/// Multiplies the first panels with vectors that fill a pack. An element below the diagonal is read once, for its own
/// row and for the row across the diagonal. The sums of eight rows of the panel stay in registers, and so do those of
/// eight columns while a tile passes by.
template <class V, class T>
void multiply_side_by_side(const T* A, Index count, const T* x, Index stride, T* y) {
  for (Index k = 0; k < count; ++k) {
    const Index width = panel_rows * (k + 1);
    const T* const panel = A + panel_start(k);
    const T* const x_own = x + k * panel_rows * stride;
    V own[rows] = {}, across[rows];
    V x_of_row[rows];
    for (int r = 0; r < rows; ++r) x_of_row[r] = load<V>(x_own + r * stride);
    for (Index j = 0; j < k * panel_rows; j += panel_rows) {
      ask_for_rows<rows>(panel + panel_rows * j);
      for (int c = 0; c < rows; ++c) across[c] = load<V>(y + (j + c) * stride);
#pragma GCC unroll 8
      for (int c = 0; c < rows; ++c) {
        const V x_of_column = load<V>(x + (j + c) * stride);
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
          const V element = broadcast<V>(panel[r * width + j + c]);
          own[r] = add_product(own[r], element, x_of_column);
          across[c] = add_product(across[c], element, x_of_row[r]);
        }
      }
      for (int c = 0; c < rows; ++c) save(across[c], y + (j + c) * stride);
    }
    ask_for_rows<rows>(panel + panel_rows * k * panel_rows);
    for (int c = 0; c < rows; ++c)
      for (int r = 0; r < rows; ++r)
        own[r] = add_product(own[r], broadcast<V>(panel[r * width + k * panel_rows + c]), x_of_row[c]);
    for (int r = 0; r < rows; ++r) save(own[r], y + (k * panel_rows + r) * stride);
  }
}

/// Subtracts products of eight columns of `a` with a pack of vectors c from eight rows of y.
template <class V, class T>
void subtract_columns_with_pack(const MatrixView<const T>& a, Index inner, const T* c, Index stride, T* y) {
  V sums[rows];
  for (int r = 0; r < rows; ++r) sums[r] = load<V>(y + r * stride);
  for (Index k = 0; k < inner; ++k) {
    const V pack = load<V>(c + k * stride);
    for (int r = 0; r < rows; ++r) sums[r] = add_product<true>(sums[r], broadcast<V>(a.data[k * a.stride + r]), pack);
  }
  for (int r = 0; r < rows; ++r) save(sums[r], y + r * stride);
}

/// Multiplies A samples x with a pack of samples y, of which `wanted` are wanted.
template <int A, class V, class T>
void samples_with_pack(const T* x, const T* y, Index count, Index stride, Index wanted, MatrixView<double> gram) {
  V sums[A] = {};
  for (Index i = 0; i < count; ++i) {
    const V pack = load<V>(y + i * stride);
    for (int a = 0; a < A; ++a) sums[a] = add_product(sums[a], broadcast<V>(x[i * stride + a]), pack);
  }
  for (int a = 0; a < A; ++a)
    for (Index b = 0; b < wanted; ++b) gram.data[a * gram.stride + b] = static_cast<double>(sums[a][b]);
}

/// Multiplies A samples x with the first samples y, of which `wanted` are wanted.
template <int A, class T>
void samples_with_samples(const T* x, const T* y, Index count, Index stride, Index wanted, MatrixView<double> gram) {
  using Wide = Pack<T, 2 * vector_unit_bytes>;
  using Unit = Pack<T, vector_unit_bytes>;
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  Index b = 0;
  for (; b + unit < wanted; b += 2 * unit)
    samples_with_pack<A, Wide>(x, y + b, count, stride, std::min(2 * unit, wanted - b), gram.from(0, b));
  if (b < wanted) samples_with_pack<A, Unit>(x, y + b, count, stride, wanted - b, gram.from(0, b));
}

/// Adds up the lanes of eight packs of eight lanes, as a tree of fixed shape. The sums fill one pack.
template <class V>
inline V sums_of_packs(const V* packs) {
  constexpr auto all = std::make_integer_sequence<int, rows>();
  V four[4], two[2];
  for (int k = 0; k < 4; ++k) four[k] = halve<8>(packs[2 * k], packs[2 * k + 1], all);
  for (int k = 0; k < 2; ++k) two[k] = halve<4>(four[2 * k], four[2 * k + 1], all);
  return halve<2>(two[0], two[1], all);
}

/// The sums of `some` rows of panel k from row `first` on, which are left in `own`, and what these rows add to the
/// panels before. A pack holds the eight columns of a tile. Views come by value, because what is read through a
/// reference would have to be read anew after each write.
template <int first, int some, int vectors, class V, class T>
inline void rows_with_few(const T* panel, Index k, VectorsView<const T> x, VectorsView<T> y, V (&own)[vectors][rows]) {
  const Index width = panel_rows * (k + 1), diagonal = k * panel_rows;
  const T* const from = panel + first * width;
  const T* const x_own = x.data + diagonal + first;
  V sums[vectors][some] = {};
  for (Index j = 0; j < diagonal; j += panel_rows) {
    ask_for_rows<some>(from + some * j);
    V x_of_columns[vectors], across[vectors];
    for (int v = 0; v < vectors; ++v) {
      x_of_columns[v] = load<V>(x.data + v * x.stride + j);
      across[v] = load<V>(y.data + v * y.stride + j);
    }
#pragma GCC unroll 8
    for (int r = 0; r < some; ++r) {
      const V elements = load<V>(from + r * width + j);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        sums[v][r] = add_product(sums[v][r], elements, x_of_columns[v]);
        across[v] = add_product(across[v], elements, broadcast<V>(x_own[v * x.stride + r]));
      }
    }
    for (int v = 0; v < vectors; ++v) save(across[v], y.data + v * y.stride + j);
  }
  ask_for_rows<some>(from + some * diagonal);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) {
    const V x_of_diagonal = load<V>(x.data + v * x.stride + diagonal);
#pragma GCC unroll 8
    for (int r = 0; r < some; ++r)
      own[v][first + r] = add_product(sums[v][r], load<V>(from + r * width + diagonal), x_of_diagonal);
  }
}

/// Multiplies with few vectors. With AVX-512 the sums of all rows of a panel fit the registers for up to two vectors,
/// and those of half of the rows for more.
template <int vectors, class T>
void multiply_few(const T* A, Index count, VectorsView<const T> x, VectorsView<T> y) {
  using V = Pack<T, rows* static_cast<int>(sizeof(T))>;
  for (Index k = 0; k < count; ++k) {
    const T* const panel = A + panel_start(k);
    V own[vectors][rows];
    if constexpr (vectors <= 2) {
      rows_with_few<0, rows>(panel, k, x, y, own);
    } else {
      rows_with_few<0, rows / 2>(panel, k, x, y, own);
      rows_with_few<rows / 2, rows / 2>(panel, k, x, y, own);
    }
    for (int v = 0; v < vectors; ++v) save(sums_of_packs(own[v]), y.data + v * y.stride + k * panel_rows);
  }
}

/// Calls work(count), where the count is known when the program is compiled.
template <class Work>
void for_few(Index vectors, const Work& work) {
  static_assert(few_vectors == 4);
  switch (vectors) {
    case 1:
      return work(std::integral_constant<int, 1>{});
    case 2:
      return work(std::integral_constant<int, 2>{});
    case 3:
      return work(std::integral_constant<int, 3>{});
    default:
      return work(std::integral_constant<int, few_vectors>{});
  }
}

/// Multiplies few samples with few samples.
template <int vectors, class T>
void few_with_few(VectorsView<const T> x, VectorsView<const T> y, Index count, MatrixView<double> gram) {
  using V = Pack<T, rows* static_cast<int>(sizeof(T))>;
  V sums[vectors][rows] = {};
  for (Index i = 0; i < count; i += panel_rows) {
    V of_y[vectors];
    for (int b = 0; b < vectors; ++b) of_y[b] = load<V>(y.data + b * y.stride + i);
    for (int a = 0; a < vectors; ++a) {
      const V of_x = load<V>(x.data + a * x.stride + i);
      for (int b = a; b < vectors; ++b) sums[a][b] = add_product(sums[a][b], of_x, of_y[b]);
    }
  }
  for (int a = 0; a < vectors; ++a) {
    const V totals = sums_of_packs(sums[a]);
    for (int b = a; b < vectors; ++b) gram.data[a * gram.stride + b] = static_cast<double>(totals[b]);
  }
}

}  // namespace

template <Real T>
void multiply_packed(const T* A, Index size, const VectorsView<const T>& x, Index vectors, const VectorsView<T>& y) {
  const Index count = panels(size);
  if (x.order == VectorOrder::by_vector)
    return for_few(vectors, [&](auto number) { multiply_few<number>(A, count, x, y); });
  for_packs<T>(x.stride, [&](auto pack, Index b) {
    multiply_side_by_side<decltype(pack)>(A, count, x.data + b, x.stride, y.data + b);
  });
}

template <Real T>
void subtract_packed_product(T* A, Index size, const MatrixView<const T>& left, Index inner,
                             const MatrixView<const T>& right) {
  for (Index k = 0; k < panels(size); ++k) {
    const Index width = panel_rows * (k + 1);
    subtract_product<T>({A + panel_start(k), width, width}, panel_rows, width, left.from(k * panel_rows), inner, right);
  }
}

template <Real T>
void subtract_transposed_product(const MatrixView<const T>& a, Index inner, Index cols, const MatrixView<const T>& c,
                                 Index vectors, T* y) {
  const Index stride = packed_stride<T>(vectors);
  for (Index j = 0; j < cols; j += panel_rows) {
    const MatrixView<const T> columns = a.from(0, j);
    T* const to = y + j * stride;
    for_packs<T>(stride, [&](auto pack, Index b) {
      subtract_columns_with_pack<decltype(pack)>(columns, inner, c.data + b, stride, to + b);
    });
  }
}

template <Real T>
void multiply_samples(const VectorsView<const T>& x, const VectorsView<const T>& y, Index count, Index vectors,
                      const MatrixView<double>& gram) {
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(T));
  if (x.order == VectorOrder::by_vector)
    return for_few(vectors, [&](auto number) { few_with_few<number>(x, y, count, gram); });
  const auto some = [&](auto number, Index a) {
    const Index aligned = a / unit * unit;
    samples_with_samples<number>(x.data + a, y.data + aligned, count, x.stride, vectors - aligned,
                                 gram.from(a, aligned));
  };
  Index a = 0;
  for (; a + rows <= vectors; a += rows) some(std::integral_constant<int, rows>{}, a);
  for (; a + 4 <= vectors; a += 4) some(std::integral_constant<int, 4>{}, a);
  for (; a < vectors; ++a) some(std::integral_constant<int, 1>{}, a);
}

template void subtract_transposed_product(const MatrixView<const float>&, Index, Index, const MatrixView<const float>&,
                                          Index, float*);
template void subtract_transposed_product(const MatrixView<const double>&, Index, Index,
                                          const MatrixView<const double>&, Index, double*);
template void multiply_samples(const VectorsView<const float>&, const VectorsView<const float>&, Index, Index,
                               const MatrixView<double>&);
template void multiply_samples(const VectorsView<const double>&, const VectorsView<const double>&, Index, Index,
                               const MatrixView<double>&);
template void multiply_packed(const float*, Index, const VectorsView<const float>&, Index, const VectorsView<float>&);
template void multiply_packed(const double*, Index, const VectorsView<const double>&, Index,
                              const VectorsView<double>&);
template void subtract_packed_product(float*, Index, const MatrixView<const float>&, Index,
                                      const MatrixView<const float>&);
template void subtract_packed_product(double*, Index, const MatrixView<const double>&, Index,
                                      const MatrixView<const double>&);

}  // namespace fullforce::kernels

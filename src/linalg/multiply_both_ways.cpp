#include <algorithm>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// Adds registers up lane by lane, in the order in which sums_of_lanes adds the lanes of one register.
template <int count, class V>
inline V sum_of_registers(const V* registers) {
  if constexpr (count == 1) {
    return registers[0];
  } else {
    constexpr int half = count / 2;
    V halved[half];
    for (int k = 0; k < half; ++k) halved[k] = registers[k] + registers[k + half];
    return sum_of_registers<half>(halved);
  }
}

/// As many rows as a register has lanes, and a tile of columns. Of a register of columns, of_cols[l] adds up rows l,
/// l + n, l + 2 n, ..., as lane l of a row's sum adds up columns.
template <class T>
void rows_both_ways(Piece<const T> a, Index cols, const T* x_of_rows, const T* x_of_cols, T* y_of_rows,
                    Register<T>* of_cols) {
  using V = Register<T>;
  constexpr int n = static_cast<int>(lanes<T>);
  V of_rows[n] = {};
  V x_of_row[n];
  for (int l = 0; l < n; ++l) x_of_row[l] = broadcast<V>(x_of_rows[l]);
  for (Index j = 0; j < cols; j += n, of_cols += n) {
    const V x = load<V>(x_of_cols + j);
    for (int l = 0; l < n; ++l) {
      const V element = load<V>(a.data + l * a.stride + j);
      of_rows[l] = add_product(of_rows[l], element, x);
      of_cols[l] = add_product(of_cols[l], element, x_of_row[l]);
    }
  }
  sums_of_lanes<n, n>(of_rows, y_of_rows);
}

}  // namespace

template <Real T>
Index both_ways_scratch(Index cols) {
  return padded<T>(cols) * lanes<T>;
}

template <Real T>
void multiply_both_ways(Piece<const T> a, Index rows, Index cols, const T* x_of_rows, const T* x_of_cols,
                        Piece<T> y_of_rows, T* y_of_cols, T* scratch) {
  using V = Register<T>;
  constexpr Index n = lanes<T>;
  std::fill_n(scratch, both_ways_scratch<T>(cols), T(0));
  for (Index i = 0; i < rows; i += n)
    for (Index j = 0; j < cols; j += symmetric_tile)
      rows_both_ways(Piece<const T>{a.data + i * a.stride + j, a.stride}, std::min(symmetric_tile, cols - j),
                     x_of_rows + i, x_of_cols + j, y_of_rows.data + j / symmetric_tile * y_of_rows.stride + i,
                     &at<V>(scratch + j * n));
  for (Index j = 0; j < cols; j += n) at<V>(y_of_cols + j) = sum_of_registers<n>(&at<V>(scratch + j * n));
}

template Index both_ways_scratch<float>(Index);
template Index both_ways_scratch<double>(Index);
template void multiply_both_ways(Piece<const float>, Index, Index, const float*, const float*, Piece<float>, float*,
                                 float*);
template void multiply_both_ways(Piece<const double>, Index, Index, const double*, const double*, Piece<double>,
                                 double*, double*);

}  // namespace fullforce::kernels

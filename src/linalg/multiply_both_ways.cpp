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

/// Multiplies as many rows as a register has lanes, n. The sums of columns follow the same pattern as those of rows:
/// lane l of a row's sum adds up the columns l, l + n, l + 2 n, ..., and of_cols[l] adds up the rows l, l + n, l + 2 n,
/// ... of a register of columns.
template <class T>
void rows_both_ways(const MatrixView<const T>& a, Index cols, const T* x_of_rows, const T* x_of_cols, T* y_of_rows,
                    Register<T>* of_cols) {
  using V = Register<T>;
  constexpr int n = static_cast<int>(lanes<T>);
  V of_rows[n] = {};
  for (Index j = 0; j < cols; j += n, of_cols += n) {
    const V x = load<V>(x_of_cols + j);
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l) {
      const T* const element_of = a.data + l * a.stride + j;
      // A row of a tile is over before the processor has learned to read it ahead.
      __builtin_prefetch(element_of + n * a.stride);
      const V element = load<V>(element_of);
      of_rows[l] = add_product(of_rows[l], element, x);
      of_cols[l] = add_product(of_cols[l], element, broadcast<V>(x_of_rows[l]));
    }
  }
  sums_of_lanes<n, n>(of_rows, y_of_rows);
}

}  // namespace

template <Real T>
void multiply_both_ways(const MatrixView<const T>& a, Index rows, Index cols, const T* x_of_rows, const T* x_of_cols,
                        T* y_of_rows, T* y_of_cols) {
  using V = Register<T>;
  constexpr Index n = lanes<T>;
  V of_cols[symmetric_tile] = {};
  for (Index i = 0; i < rows; i += n) rows_both_ways(a.from(i), cols, x_of_rows + i, x_of_cols, y_of_rows + i, of_cols);
  for (Index j = 0; j < cols; j += n) save(sum_of_registers<n>(of_cols + j), y_of_cols + j);
}

template void multiply_both_ways(const MatrixView<const float>&, Index, Index, const float*, const float*, float*,
                                 float*);
template void multiply_both_ways(const MatrixView<const double>&, Index, Index, const double*, const double*, double*,
                                 double*);

}  // namespace fullforce::kernels

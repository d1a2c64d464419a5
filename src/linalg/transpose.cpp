#include <utility>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// Returns a0 b0 a1 b1 ... of the lower halves of two registers, or of the upper halves.
template <int from, class V, int... I>
inline V interleave(V a, V b, std::integer_sequence<int, I...>) {
  constexpr int n = sizeof...(I);
  return __builtin_shufflevector(a, b, (I % 2 * n + from + I / 2)...);
}

/// Transposes the square whose rows are the registers. It interleaves row k with row k + n/2 once for every bit of n.
template <class T>
inline void transpose_square(Register<T>* rows) {
  constexpr int n = static_cast<int>(lanes<T>);
  constexpr auto lane = std::make_integer_sequence<int, n>();
  for (int width = 1; width < n; width *= 2) {
    Register<T> next[n];
    for (int k = 0; k < n / 2; ++k) {
      next[2 * k] = interleave<0>(rows[k], rows[k + n / 2], lane);
      next[2 * k + 1] = interleave<n / 2>(rows[k], rows[k + n / 2], lane);
    }
    for (int k = 0; k < n; ++k) rows[k] = next[k];
  }
}

template <class T>
void element_by_element(const MatrixView<const T>& a, Index rows, Index first, Index cols, const MatrixView<T>& out) {
  for (Index j = first; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) out.data[j * out.stride + i] = a.data[i * a.stride + j];
}

}  // namespace

template <Real T>
void transpose(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<T>& out) {
  constexpr Index n = lanes<T>;
  Index i = 0;
  for (; i + n <= rows; i += n) {
    const MatrixView<const T> from = a.from(i);
    const MatrixView<T> to = out.from(0, i);
    Index j = 0;
    for (; j + n <= cols; j += n) {
      Register<T> square[n];
      for (Index k = 0; k < n; ++k) square[k] = load<Register<T>>(from.data + k * from.stride + j);
      transpose_square<T>(square);
      for (Index k = 0; k < n; ++k) save(square[k], to.data + (j + k) * to.stride);
    }
    element_by_element(from, n, j, cols, to);
  }
  element_by_element(a.from(i), rows - i, 0, cols, out.from(0, i));
}

template void transpose(const MatrixView<const float>&, Index, Index, const MatrixView<float>&);
template void transpose(const MatrixView<const double>&, Index, Index, const MatrixView<double>&);

}  // namespace fullforce::kernels

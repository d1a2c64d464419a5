#include <cstring>
#include <utility>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// Smaller squares take as long as single elements.
constexpr int smallest_square_bytes = 16;

/// Returns a0 b0 a1 b1 ... of the lower halves of two registers, or of the upper halves.
template <int from, class V, int... I>
inline V interleave(V a, V b, std::integer_sequence<int, I...>) {
  constexpr int n = sizeof...(I);
  return __builtin_shufflevector(a, b, (I % 2 * n + from + I / 2)...);
}

/// Transposes the square whose rows are `rows`. It interleaves row k with row k + n/2 once for every bit of n.
template <int n, class V>
inline void transpose_square(V* rows) {
  constexpr auto lane = std::make_integer_sequence<int, n>();
  for (int width = 1; width < n; width *= 2) {
    V next[n];
    for (int k = 0; k < n / 2; ++k) {
      next[2 * k] = interleave<0>(rows[k], rows[k + n / 2], lane);
      next[2 * k + 1] = interleave<n / 2>(rows[k], rows[k + n / 2], lane);
    }
    for (int k = 0; k < n; ++k) rows[k] = next[k];
  }
}

/// Transposes in squares of n rows, and what is left in squares of half as many, down to single elements. Rows are
/// copied to and from registers, because they may begin anywhere.
template <int n, class T>
void in_squares(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<T>& out) {
  if constexpr (n * sizeof(T) < smallest_square_bytes) {
    for (Index j = 0; j < cols; ++j)
      for (Index i = 0; i < rows; ++i) out.data[j * out.stride + i] = a.data[i * a.stride + j];
  } else {
    using V = Pack<T, n* static_cast<int>(sizeof(T))>;
    Index i = 0;
    for (; i + n <= rows; i += n) {
      Index j = 0;
      for (; j + n <= cols; j += n) {
        V square[n];
        for (Index k = 0; k < n; ++k) std::memcpy(&square[k], a.data + (i + k) * a.stride + j, sizeof(V));
        transpose_square<n>(square);
        for (Index k = 0; k < n; ++k) std::memcpy(out.data + (j + k) * out.stride + i, &square[k], sizeof(V));
      }
      if (j < cols) in_squares<n / 2>(a.from(i, j), n, cols - j, out.from(j, i));
    }
    if (i < rows) in_squares<n / 2>(a.from(i), rows - i, cols, out.from(0, i));
  }
}

}  // namespace

template <Real T>
void transpose(const MatrixView<const T>& a, Index rows, Index cols, const MatrixView<T>& out) {
  in_squares<static_cast<int>(lanes<T>)>(a, rows, cols, out);
}

template void transpose(const MatrixView<const float>&, Index, Index, const MatrixView<float>&);
template void transpose(const MatrixView<const double>&, Index, Index, const MatrixView<double>&);

}  // namespace fullforce::kernels

#include <algorithm>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {

template <Real T>
void multiply_small(const MatrixView<const T>& in, Index rows, Index count, const double* factor,
                    const MatrixView<T>& out) {
  using V = Register<double>;
  if (count == 1) {
    for (Index i = 0; i < rows; ++i)
      out.data[i * out.stride] = static_cast<T>(static_cast<double>(in.data[i * in.stride]) * factor[0]);
    return;
  }
  const Index stride = padded<double>(count);
  for (Index i = 0; i < rows; ++i) {
    const T* const from = in.data + i * in.stride;
    T* const to = out.data + i * out.stride;
    for (Index b = 0; b < count; b += lanes<double>) {
      V sum = {};
      for (Index a = 0; a < count; ++a)
        sum = add_product(sum, broadcast<V>(static_cast<double>(from[a])), load<V>(factor + a * stride + b));
      for (Index l = 0; l < std::min(lanes<double>, count - b); ++l) to[b + l] = static_cast<T>(sum[l]);
    }
  }
}

template void multiply_small(const MatrixView<const float>&, Index, Index, const double*, const MatrixView<float>&);
template void multiply_small(const MatrixView<const double>&, Index, Index, const double*, const MatrixView<double>&);

}  // namespace fullforce::kernels

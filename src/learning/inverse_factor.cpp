#include "inverse_factor.hpp"

#include <Eigen/Cholesky>
#include <algorithm>

#include "fullforce/base/aligned_array.hpp"

namespace fullforce {

bool find_inverse_factor(std::span<double> gram_values, Index count, double* factor) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<Matrix> gram(gram_values.data(), count, count);
  Eigen::Ref<Matrix> in_place(gram);
  const Eigen::LLT<Eigen::Ref<Matrix>> cholesky(in_place);
  if (cholesky.info() != Eigen::Success) return false;
  // L^-T is found row by row. Its column b is L^-T e_b, which substitution gives.
  const Index stride = padded<double>(count);
  std::fill_n(factor, count * stride, 0.0);
  for (Index b = 0; b < count; ++b) {
    factor[b * stride + b] = 1.0 / gram(b, b);
    for (Index a = b - 1; a >= 0; --a) {
      double sum = 0.0;
      for (Index k = a + 1; k <= b; ++k) sum += gram(k, a) * factor[k * stride + b];
      factor[a * stride + b] = -sum / gram(a, a);
    }
  }
  return true;
}

}  // namespace fullforce

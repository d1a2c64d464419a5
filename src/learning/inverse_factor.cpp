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
  // L^-T is found row by row, from the last row up, by substitution. The loop over b goes along rows of both matrices.
  const Index stride = padded<double>(count);
  std::fill_n(factor, count * stride, 0.0);
  for (Index a = count; a-- > 0;) {
    double* const row = factor + a * stride;
    for (Index k = a + 1; k < count; ++k)
      for (Index b = k; b < count; ++b) row[b] += gram(k, a) * factor[k * stride + b];
    for (Index b = a + 1; b < count; ++b) row[b] = -row[b] / gram(a, a);
    row[a] = 1.0 / gram(a, a);
  }
  return true;
}

}  // namespace fullforce

#include "fullforce/learning/packed_gain.hpp"

#include <algorithm>
#include <limits>

#include "fullforce/linalg/packed_symmetric.hpp"
#include "inverse_factor.hpp"

namespace fullforce {
namespace {

Index padded_rows(Index features) { return panels(features) * panel_rows; }

template <Real F>
Index elements(Index features, Index vectors) {
  return padded<F>(padded_rows(features) * packed_stride<F>(vectors));
}

template <Real F>
Index transposed_stride(Index features) {
  return row_stride<F>(padded_rows(features));
}

}  // namespace

template <Real F>
PackedGain<F>::PackedGain(Index features, Index vectors)
    : phi_(elements<F>(features, vectors)),
      K_(elements<F>(features, vectors)),
      s_(elements<F>(features, vectors)),
      s_transposed_(vectors * transposed_stride<F>(features)),
      gram_(as_size(vectors * vectors)),
      factor_(vectors * padded<double>(vectors)),
      rounded_factor_(vectors * packed_stride<F>(vectors)) {
  rounded_factor_.fill(F(0));
  phi_.fill(F(0));
  s_transposed_.fill(F(0));
}

template <Real F>
Index PackedGain<F>::bytes(Index features, Index vectors) {
  const Index scalars =
      3 * elements<F>(features, vectors) + vectors * (transposed_stride<F>(features) + packed_stride<F>(vectors));
  const Index doubles = vectors * (vectors + padded<double>(vectors));
  return scalars * static_cast<Index>(sizeof(F)) + doubles * static_cast<Index>(sizeof(double));
}

template <Real F>
void PackedGain<F>::learn(F* P, Index features, Index count, double forgetting) {
  kernels::multiply_packed<F>(P, features, phi_.data(), count, K_.data());
  find_factor(features, count);
  find_columns(features, count);
  const Index stride = packed_stride<F>(count);
  kernels::subtract_packed_product<F>(P, features, {s_.data(), count, stride}, count, columns_);
  if (forgetting == 1.0) return;
  const F growth = static_cast<F>(1.0 / forgetting);
  for (Index k = 0; k < packed_size(features); ++k) P[k] *= growth;
}

template <Real F>
void PackedGain<F>::find_factor(Index features, Index count) {
  kernels::multiply_samples<F>(phi_.data(), K_.data(), padded_rows(features), count, gram_.data());
  for (Index b = 0; b < count; ++b) {
    double& form = gram_[as_size(b * count + b)];
    indefinite_ += form >= 0.0 ? 0 : 1;
    form += 1.0;
  }
  if (!find_inverse_factor(std::span(gram_).first(as_size(count * count)), count, factor_.data()))
    factor_.fill(std::numeric_limits<double>::quiet_NaN());
}

/// Computes s and its transpose.
template <Real F>
void PackedGain<F>::find_columns(Index features, Index count) {
  const Index rows = padded_rows(features), stride = packed_stride<F>(count);
  if (count == 1) {
    const F factor = static_cast<F>(factor_[0]);
    for (Index i = 0; i < rows; ++i) s_[i] = K_[i] * factor;
    columns_ = {s_.data(), rows, rows};
    return;
  }
  for (Index a = 0; a < count; ++a)
    for (Index b = 0; b < count; ++b)
      rounded_factor_[a * stride + b] = static_cast<F>(factor_[a * padded<double>(count) + b]);
  kernels::multiply<F>({K_.data(), count, stride}, rows, count,
                       {rounded_factor_.data(), stride, VectorOrder::side_by_side}, count, {s_.data(), count, stride});
  kernels::transpose<F>({s_.data(), count, stride}, rows, count,
                        {s_transposed_.data(), rows, transposed_stride<F>(features)});
  columns_ = {s_transposed_.data(), rows, transposed_stride<F>(features)};
}

template class PackedGain<float>;
template class PackedGain<double>;

}  // namespace fullforce

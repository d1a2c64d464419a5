#include "fullforce/learning/packed_gain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/packed_symmetric.hpp"

namespace fullforce {
namespace {

Index panel_rows_of(Index features) { return panels(features) * panel_rows; }

template <Real F>
VectorsView<const F> side_by_side(const F* data, Index count) {
  return {data, packed_stride<F>(count), count == 1 ? VectorOrder::by_vector : VectorOrder::side_by_side};
}

template <Real F>
Index elements(Index rows, Index vectors) {
  return padded<F>(padded<F>(rows) * packed_stride<F>(vectors));
}

}  // namespace

template <Real F>
PackedGain<F>::PackedGain(Index features, Index vectors, Index panel)
    : phi_(elements<F>(features, vectors)),
      K_(elements<F>(features, vectors)),
      s_(elements<F>(features, vectors)),
      c_(elements<F>(panel, vectors)),
      S_(panel_rows_of(features), panel),
      gram_(vectors * padded<double>(vectors)),
      factor_(vectors * padded<double>(vectors)),
      rounded_factor_(vectors * packed_stride<F>(vectors)) {
  for (AlignedArray<F>* array : {&phi_, &K_, &s_, &c_, &rounded_factor_}) array->fill(F(0));
  gram_.fill(0.0);
}

template <Real F>
Index PackedGain<F>::bytes(Index features, Index vectors, Index panel) {
  const Index scalars = 3 * elements<F>(features, vectors) + elements<F>(panel, vectors) +
                        panel_rows_of(features) * row_stride<F>(panel) + vectors * packed_stride<F>(vectors);
  const Index doubles = 2 * vectors * padded<double>(vectors);
  return scalars * static_cast<Index>(sizeof(F)) + doubles * static_cast<Index>(sizeof(double));
}

template <Real F>
Index PackedGain<F>::panel_stride(Index features) {
  return row_stride<F>(panel_rows_of(features));
}

template <Real F>
Index PackedGain<F>::features_read(Index features) {
  return padded<F>(features);
}

template <Real F>
void PackedGain<F>::learn(const PackedP<F>& P, Index count) {
  kernels::multiply_packed<F>(P.P0, P.features, phi_.data(), count, K_.data());
  if (P.pending > 0) subtract_pending(P, count);
  find_factor(P, count);
  append(P, count);
}

/// Subtracts what the panel changes of P0 Phi.
template <Real F>
void PackedGain<F>::subtract_pending(const PackedP<F>& P, Index count) {
  const Index stride = packed_stride<F>(count);
  kernels::multiply<F>(P.panel, P.pending, P.features, side_by_side<F>(phi_.data(), count), count,
                       {c_.data(), count, stride});
  const MatrixView<const F> c(c_.data(), count, stride);
  if (count == 1)
    // c and K are one row each.
    kernels::subtract_product<F>({K_.data(), P.features, P.features}, 1, P.features, {c_.data(), P.pending, P.pending},
                                 P.pending, P.panel);
  else
    kernels::subtract_transposed_product<F>(P.panel, P.pending, panel_rows_of(P.features), c, count, K_.data());
}

template <Real F>
void PackedGain<F>::find_factor(const PackedP<F>& P, Index count) {
  const MatrixView<double> gram(gram_.data(), count, padded<double>(count));
  kernels::multiply_samples<F>(phi_.data(), K_.data(), panel_rows_of(P.features), count, gram);
  for (Index a = 0; a < count; ++a) {
    indefinite_ += gram.row(a)[a] >= 0.0 ? 0 : 1;
    for (Index b = a; b < count; ++b) gram.row(a)[b] *= P.growth;
    gram.row(a)[a] += 1.0;
  }
  if (!kernels::inverse_factor(gram.data, count, std::sqrt(P.growth), factor_.data()))
    std::fill_n(factor_.data(), count * gram.stride, std::numeric_limits<double>::quiet_NaN());
}

/// Appends s = K L^-T to the panel.
template <Real F>
void PackedGain<F>::append(const PackedP<F>& P, Index count) {
  const Index rows = panel_rows_of(P.features), stride = packed_stride<F>(count);
  const MatrixView<F> columns = P.panel.from(P.pending);
  if (count == 1) {
    const F factor = static_cast<F>(factor_[0]);
    for (Index i = 0; i < rows; ++i) columns.data[i] = K_[i] * factor;
    return;
  }
  for (Index a = 0; a < count; ++a)
    for (Index b = 0; b < count; ++b)
      rounded_factor_[a * stride + b] = static_cast<F>(factor_[a * padded<double>(count) + b]);
  kernels::multiply<F>({K_.data(), count, stride}, rows, count, side_by_side<F>(rounded_factor_.data(), count), count,
                       {s_.data(), count, stride});
  kernels::transpose<F>({s_.data(), count, stride}, rows, count, columns);
}

template <Real F>
void PackedGain<F>::flush(const PackedP<F>& P, Index learned) {
  const bool has_all = learned == P.pending && learned > 1;  // learn() writes a single sample to the panel alone
  if (!has_all) kernels::transpose<F>(P.panel, P.pending, panel_rows_of(P.features), S_.from(0));
  const MatrixView<const F> S = has_all ? MatrixView<const F>(s_.data(), P.pending, packed_stride<F>(P.pending)) : S_;
  kernels::subtract_packed_product<F>(P.P0, P.features, S, P.pending, P.panel);
  if (P.growth == 1.0) return;
  const F growth = static_cast<F>(P.growth);
  for (Index k = 0; k < packed_size(P.features); ++k) P.P0[k] *= growth;
}

template class PackedGain<float>;
template class PackedGain<double>;

}  // namespace fullforce

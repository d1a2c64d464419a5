#include "fullforce/learning/packed_gain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/packed_symmetric.hpp"

namespace fullforce {
namespace {

Index panel_rows_of(Index features) { return panels(features) * panel_rows; }

/// The size of memory for up to so many vectors, in either order.
template <Real F>
Index elements(Index rows, Index vectors) {
  const Index few = std::min(vectors, few_vectors);
  return padded<F>(std::max(packed_vectors<F>(padded<F>(rows), vectors).size(), packed_vectors<F>(rows, few).size()));
}

}  // namespace

template <Real F>
PackedGain<F>::PackedGain(Index features, Index vectors, Index panel)
    : features_(features),
      phi_(elements<F>(features, vectors)),
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
VectorsView<F> PackedGain<F>::in(AlignedArray<F>& memory, Index count) {
  return packed_vectors<F>(features_, count).in(memory.data());
}

template <Real F>
void PackedGain<F>::learn(const PackedP<F>& P, Index count) {
  kernels::multiply_packed<F>(P.P0, P.features, in(phi_, count), count, in(K_, count));
  if (P.pending > 0) subtract_pending(P, count);
  find_factor(P, count);
  append(P, count);
}

/// Subtracts what the panel changes of P0 Phi.
template <Real F>
void PackedGain<F>::subtract_pending(const PackedP<F>& P, Index count) {
  const VectorsView<F> phi = in(phi_, count), K = in(K_, count);
  if (phi.order == VectorOrder::by_vector) {
    const MatrixView<F> c(c_.data(), P.pending, P.pending);
    kernels::multiply<F>({phi.data, P.features, phi.stride}, count, P.features, {P.panel.data, P.panel.stride},
                         P.pending, c);
    kernels::subtract_product<F>({K.data, P.features, K.stride}, count, P.features, c, P.pending, P.panel);
    return;
  }
  const MatrixView<F> c(c_.data(), count, phi.stride);
  kernels::multiply<F>(P.panel, P.pending, P.features, phi, count, c);
  kernels::subtract_transposed_product<F>(P.panel, P.pending, panel_rows_of(P.features), c, count, K.data);
}

template <Real F>
void PackedGain<F>::find_factor(const PackedP<F>& P, Index count) {
  const MatrixView<double> gram(gram_.data(), count, padded<double>(count));
  kernels::multiply_samples<F>(in(phi_, count), in(K_, count), panel_rows_of(P.features), count, gram);
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
  if (in(K_, count).order == VectorOrder::by_vector)
    append_few(P, count);
  else
    append_many(P, count);
}

template <Real F>
void PackedGain<F>::append_few(const PackedP<F>& P, Index count) {
  const Index rows = panel_rows_of(P.features), stride = packed_stride<F>(count);
  const MatrixView<F> columns = P.panel.from(P.pending), factor(rounded_factor_.data(), count, stride);
  if (count == 1) {
    const F only = static_cast<F>(factor_[0]);
    for (Index i = 0; i < rows; ++i) columns.data[i] = K_[i] * only;
    return;
  }
  for (Index a = 0; a < count; ++a)
    for (Index b = 0; b < count; ++b) factor.row(b)[a] = static_cast<F>(-factor_[a * padded<double>(count) + b]);
  for (Index b = 0; b < count; ++b) std::fill_n(columns.row(b), rows, F(0));
  kernels::subtract_product<F>(columns, count, rows, factor, count, {K_.data(), rows, in(K_, count).stride});
}

template <Real F>
void PackedGain<F>::append_many(const PackedP<F>& P, Index count) {
  const Index rows = panel_rows_of(P.features), stride = packed_stride<F>(count);
  const MatrixView<F> s(s_.data(), count, stride), factor(rounded_factor_.data(), count, stride);
  for (Index a = 0; a < count; ++a)
    for (Index b = 0; b < count; ++b) factor.row(a)[b] = static_cast<F>(factor_[a * padded<double>(count) + b]);
  // Half of the factor is zero, so each unit of s needs only the columns of K before its end.
  constexpr Index unit = vector_unit_bytes / static_cast<Index>(sizeof(F));
  for (Index b = 0; b < stride; b += 2 * unit) {
    const Index width = std::min(2 * unit, stride - b), inner = std::min(count, b + width);
    kernels::multiply<F>({K_.data(), inner, stride}, rows, inner, {factor.data + b, stride, VectorOrder::side_by_side},
                         width, s.from(0, b));
  }
  kernels::transpose<F>(s, rows, count, P.panel.from(P.pending));
}

template <Real F>
void PackedGain<F>::flush(const PackedP<F>& P, Index learned) {
  const bool has_all = learned == P.pending && learned > few_vectors;  // learn() writes few samples to the panel alone
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

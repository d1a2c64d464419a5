#pragma once
#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/vectors.hpp"

namespace fullforce {

/// An inverse correlation matrix that PackedGain updates, and its panel of pending updates. The memory belongs to the
/// caller. The matrix that is meant is c (P0 - S S^T): P0 is packed (packed_symmetric.hpp), the panel holds S^T, a row
/// for each update, and c is the growth by forgetting since the panel was applied.
template <Real F>
struct PackedP {
  F* P0;
  MatrixView<F> panel;  ///< S^T, [longest_panel, features]; rows are padded with zeros
  Index features;
  Index pending;  ///< updates in the panel
  double growth;  ///< c
};

/// Recursive least squares over few features, by one thread. A step with the features Phi [d, B'] of B' samples is
///   K = P Phi,  I + Phi^T K = L L^T,  s = K L^-T,  P <- (P - s s^T) / lambda,
/// with the forgetting factor lambda. This class holds the memory of a thread for any number of matrices P, one after
/// the other.
///
/// Updates of P are collected in a short panel, so that most steps only read P0. For one sample in single precision,
/// with P in memory, a core took 2.9, 2.1, 2.5 and 3.0 us with panels of 1, K / 16, K / 8 and K / 4 columns (K = 100),
/// and 7.8, 6.1, 7.1 and 8.2 us (K = 200). With 4 or 16 samples arithmetic is the limit, and a panel saves nothing. P0
/// has the same error from rounding however long the panel is. Updates of the weights are not deferred: they would need
/// another panel, which tests and analyses of a checkpoint would have to apply.
template <Real F>
class PackedGain {
 public:
  /// Makes room for at most `features` features of at most `vectors` samples, and for panels of at most `panel` rows.
  PackedGain(Index features, Index vectors, Index panel);

  /// The memory of an instance.
  static Index bytes(Index features, Index vectors, Index panel);
  /// The number of scalars in a row of a panel.
  static Index panel_stride(Index features);

  /// Returns the place for Phi of `count` samples, as vectors of features. The caller fills it, and sets the features
  /// behind the last to zero, up to features_read().
  VectorsView<F> features(Index count) { return in(phi_, count); }
  static Index features_read(Index features);

  /// Finds the gain of `count` samples, and appends their updates to the panel. If the matrix L L^T is not positive
  /// definite, P and all that follows from it become NaN, which the run then meets as a rate or an output that is not a
  /// number.
  void learn(const PackedP<F>& P, Index count);

  /// Applies the panel of P: P0 <- c (P0 - S S^T). `learned` is the number of updates that the last learn() appended,
  /// if it was of this P. Where the panel has only these, they are still at hand in the order that the product reads.
  void flush(const PackedP<F>& P, Index learned = 0);

  /// sqrt(c) L^-T, which is upper triangular, [B', padded<double>(B')] row-major. Errors times this matrix are the left
  /// factors of the updates of weights.
  const double* inverse_factor() const { return factor_.data(); }

  /// The number of samples so far at which phi^T P phi was negative, because rounding had used up the precision of P.
  Index indefinite_samples() const { return indefinite_; }

 private:
  VectorsView<F> in(AlignedArray<F>& memory, Index count);
  void subtract_pending(const PackedP<F>& P, Index count);
  void find_factor(const PackedP<F>& P, Index count);
  void append(const PackedP<F>& P, Index count);
  void append_few(const PackedP<F>& P, Index count);
  void append_many(const PackedP<F>& P, Index count);

  Index features_;
  AlignedArray<F> phi_;        ///< [features, B'], in the order that packed_vectors() says
  AlignedArray<F> K_;          ///< likewise
  AlignedArray<F> s_;          ///< likewise, of many samples
  AlignedArray<F> c_;          ///< S^T Phi, [pending, B'], or its transpose with few samples
  RowMatrix<F> S_;             ///< [features, pending]
  AlignedArray<double> gram_;  ///< upper triangle of I + Phi^T P Phi, [B', B']
  AlignedArray<double> factor_;
  AlignedArray<F> rounded_factor_;  ///< in the precision of P: the factor, or with few samples -1 times its transpose
  Index indefinite_ = 0;
};

}  // namespace fullforce

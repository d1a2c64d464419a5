#pragma once
#include <vector>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/base/matrix_view.hpp"

namespace fullforce {

/// Recursive least squares over few features, whose inverse correlation matrix P one thread updates at once. P is
/// packed (packed_symmetric.hpp). A step with the features Phi [d, B'] of B' samples is
///   K = P Phi,  I + Phi^T K = L L^T,  s = K L^-T,  P <- (P - s s^T) / lambda,
/// with the forgetting factor lambda. This class holds the memory of a thread for any number of such matrices, one
/// after the other; the matrices belong to the caller.
///
/// Updates are not deferred, as they are with a shared P. P of a group lies in a core's cache from the product to the
/// update, so that a deferred update would save no more than its way back to memory. It would cost a panel beside each
/// P, two products with this panel in each step, and updates that checkpoints would have to hold.
template <Real F>
class PackedGain {
 public:
  /// Makes room for at most `features` features of at most `vectors` samples.
  PackedGain(Index features, Index vectors);

  /// The memory of an instance.
  static Index bytes(Index features, Index vectors);

  /// Returns the place for Phi, which holds `count` samples side by side with packed_stride<F>(count) scalars from one
  /// feature to the next. The caller fills it, and sets the rows from `features` up to a multiple of 8 to zero.
  F* features() { return phi_.data(); }

  /// Updates P of `features` features with `count` samples. If the matrix L L^T is not positive definite, P and all
  /// that follows from it become NaN, which the run then meets as a rate or an output that is not a number.
  void learn(F* P, Index features, Index count, double forgetting);

  /// L^-T, which is upper triangular, [B', padded<double>(B')] row-major. Errors times this matrix are the left factors
  /// of the updates of weights.
  const double* inverse_factor() const { return factor_.data(); }
  /// s^T, of which the left factors are multiples, [B', features rounded up to a multiple of 8].
  MatrixView<const F> columns() const { return columns_; }

  /// The number of samples so far at which phi^T P phi was negative, because rounding had used up the precision of P.
  Index indefinite_samples() const { return indefinite_; }

 private:
  void find_factor(Index features, Index count);
  void find_columns(Index features, Index count);

  AlignedArray<F> phi_;           ///< [features, B']
  AlignedArray<F> K_;             ///< likewise
  AlignedArray<F> s_;             ///< likewise
  AlignedArray<F> s_transposed_;  ///< [B', features]
  MatrixView<const F> columns_;
  std::vector<double> gram_;
  AlignedArray<double> factor_;
  AlignedArray<F> rounded_factor_;  ///< L^-T in the precision of P
  Index indefinite_ = 0;
};

}  // namespace fullforce

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/linalg/symmetric_product.hpp"
#include "fullforce/parallel/block_sums.hpp"
#include "fullforce/parallel/fixed_point.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Columns that a panel needs room for: it is applied when it has `panel` of them, and the last step may add `vectors`.
constexpr Index longest_panel(Index panel, Index vectors) { return panel + vectors - 1; }

/// The inverse correlation matrix of the features seen so far, P = (alpha I + sum phi phi^T)^-1, with deferred updates.
///
/// Holds the rows of P that the layout of the features gives to this rank, and a panel S of updates not yet applied:
/// the matrix meant is P0 - S S^T. A block of features Phi [d, B'] is taken in as
///   K = P Phi,  I + Phi^T K = L L^T,  s = K L^-T,  P <- P - s s^T,
/// with one column the textbook's rank-1 update (Haykin, Adaptive Filter Theory, ch. 10). s is appended to the panel,
/// so that a step only reads P0; the panel is applied as one matrix product when it is full.
///
/// A step calls multiply_part(k) for all parts(), then multiply(block) for every block, then reduce(), then
/// append(block) for every block, then advance().
template <Real F>
class InverseCorrelation {
 public:
  /// What one allocates, goes through and sends.
  struct Shape {
    RowPartition features;
    Index panel = 1;
    Index vectors = 1;
    int threads = 1;

    Index capacity() const { return longest_panel(panel, vectors); }
    /// On the rank with the most rows.
    Index bytes() const;
    /// K0 = P0 Phi of so many vectors, where `rows` rows and `used` columns are not zero; `rank_share` of P is one
    /// rank's.
    void account_of_product(Index selected, double rows, double used, double rank_share, StepAccount& account) const;
    /// `columns` columns applied at once, `times` a step.
    void account_of_flush(double rows, double used, double columns, double times, StepAccount& account) const;
    /// The sums of a step, with so many columns pending.
    double bytes_summed(double pending, double selected) const;
  };

  /// P = I / alpha over the rows of `features`, whose vectors have squared length `longest` at the most; at most
  /// `vectors` columns a step, `panel` columns before they are applied.
  InverseCorrelation(const Layout& features, double alpha, double longest, Index panel, Index vectors);

  /// Elements of Phi from this one on have been zero in all steps so far: nothing is read or computed for them.
  void use(Index features) { used_ = features; }

  /// Chooses the columns of `phi` to learn from, ascending. Copies them where they are not all.
  void select(const GatheredVectors<F>& phi, std::span<const Index> selected);

  /// The symmetric product of one selected vector, where that pays: parts that may run side by side, before
  /// multiply().
  Index parts() const { return uses_symmetry() ? symmetric_->parts() : 0; }
  void multiply_part(Index k);

  /// K0 = P0 Phi of the selected for a block of rows, and the block's part of the sums S^T phi (all vectors) and Phi^T
  /// K0. Blocks may run side by side.
  void multiply(RowBlock block);

  /// Sums over all rows of the features: c = S^T phi, then the factor of I + Phi^T P Phi. One reduction of (m + B') B
  /// numbers, none while nothing is pending or selected. Throws RunError where a sum is not finite, or P is no longer
  /// positive definite. **Collective.**
  void reduce(RegionTimer& timer);

  /// K = K0 - S c, and s = K L^-T into the panel, for a block of rows.
  void append(RowBlock block);

  /// The panel has grown by the selected columns.
  void advance() { pending_ += selected_; }

  bool full() const { return pending_ >= panel_; }

  /// P0 -= S S^T. One gather of d m numbers. The panel's columns stay readable as panel_rows() until the next append.
  /// **Collective.**
  void flush(RegionTimer& timer);

  Index pending() const { return pending_; }
  Index selected() const { return selected_; }
  Index panel_capacity() const { return capacity_; }
  /// c, `pending` elements of each vector.
  VectorsView<const F> panel_products() const { return c_.view(); }
  /// L^-T, upper triangular, [B', padded<double>(B')] row-major: errors times this are the left factors of the weights.
  const double* inverse_factor() const { return factor_.data(); }
  /// S^T as applied last, [m, d].
  const RowMatrix<F>& panel_rows() const { return S_transposed_; }
  const RowMatrix<F>& matrix() const { return P_; }

  /// Samples at which phi^T P phi was not positive: rounding has eaten up the precision of P.
  Index indefinite_samples() const { return indefinite_; }

  void persist(Archive& archive);
  /// The same for a matrix that every rank holds whole, and its first `features` rows and columns. **Collective.**
  void persist_whole(Archive& archive, Index features);

 private:
  F* S(Index local) { return all_S_.data() + (layout_->first_row() + local) * S_stride_; }
  const F* S(Index local) const { return all_S_.data() + (layout_->first_row() + local) * S_stride_; }
  MatrixView<F> S_from(Index local) { return {S(local), capacity_, S_stride_}; }
  bool uses_symmetry() const { return used_ == layout_->rows() && SymmetricProduct<F>::pays(used_, selected_); }
  void sum_block(RowBlock block);
  void decode();
  void factorise();
  void transpose_panel();
  void flush(RowBlock block);
  void flush(RowBlock block, Index column, Index columns);
  void find_pending(Archive& archive);

  const Layout* layout_;
  Index used_;
  Index vectors_;
  Index panel_;
  Index capacity_;  ///< one step may overshoot the panel by B - 1 columns
  Index pending_ = 0;
  Index selected_ = 0;
  Index indefinite_ = 0;

  RowMatrix<F> P_;  ///< [local rows, d]
  std::optional<SymmetricProduct<F>> symmetric_;
  Index S_stride_;
  AlignedArray<F> all_S_;      ///< S of all ranks, [d, capacity]; a step touches this rank's rows only
  RowMatrix<F> S_transposed_;  ///< [capacity, d]
  RowGather gather_S_;

  const GatheredVectors<F>* phi_ = nullptr;
  std::vector<Index> chosen_;
  AlignedArray<F> phi_chosen_;  ///< the selected vectors, where they are not all
  VectorsView<const F> phi_selected_;
  StreamArray<F> mine_selected_;  ///< this rank's rows of them
  StreamArray<F> K_;              ///< K0, then K, [local rows, B']
  Vectors<F> c_;                  ///< S^T phi, [capacity] each
  AlignedArray<F> c_chosen_;
  VectorsView<const F> c_selected_;
  std::vector<double> c_exact_;  ///< [capacity, B]
  std::vector<double> gram_;     ///< I + Phi^T P Phi, [B', B']
  AlignedArray<double> factor_;

  FixedPoint panel_scale_;      ///< |S^T phi| <= sqrt(longest / alpha)
  FixedPoint quadratic_scale_;  ///< phi^T P phi <= longest / alpha
  BlockSums sums_;              ///< S^T phi [pending, B], then Phi^T P0 Phi [B', B']
  Index scratch_stride_;
  AlignedArray<double> scratch_;  ///< of each thread
};

}  // namespace fullforce

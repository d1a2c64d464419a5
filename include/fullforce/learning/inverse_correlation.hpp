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

/// The number of columns for which a panel needs room. The panel is applied as soon as it has `panel` columns, and the
/// last step before that may add `vectors` columns to the `panel` - 1 that are there.
constexpr Index longest_panel(Index panel, Index vectors) { return panel + vectors - 1; }

/// The inverse correlation matrix P = (alpha I + sum phi phi^T)^-1 of the features seen so far, with deferred updates.
///
/// A rank holds the rows of P that the layout of the features gives to it. It also holds a panel S of pending updates:
/// those that are computed and not yet applied. The matrix that is meant is P0 - S S^T, where P0 has all updates but
/// these. A block of features Phi [d, B'] updates P as
///   K = P Phi,  I + Phi^T K = L L^T,  s = K L^-T,  P <- P - s s^T,
/// which for one column is the textbook's rank-1 update (Haykin, Adaptive Filter Theory, ch. 10). s is appended to the
/// panel, so a step only reads P0. The panel is applied as one matrix product when it is full.
///
/// With a forgetting factor lambda < 1, P <- (P - s s^T) / lambda after every step that learns. The divisions are
/// deferred, too: the matrix that is meant is c (P0 - S S^T), where c grows from 1 by 1/lambda in each such step until
/// the panel is applied. The columns of the panel are then s / sqrt(c), and inverse_factor() is sqrt(c) L^-T.
///
/// A step calls multiply_part(k) for all parts(), then multiply(block) for every block, then reduce(), then
/// append(block) for every block, then advance().
template <Real F>
class InverseCorrelation {
 public:
  /// What an inverse correlation matrix allocates, computes and sends.
  struct Shape {
    RowPartition features;
    Index panel = 1;
    Index vectors = 1;
    int threads = 1;

    Index capacity() const { return longest_panel(panel, vectors); }
    /// The memory on the rank with the most rows.
    Index bytes() const;
    /// Adds to `account` the product K0 = P0 Phi with `selected` vectors, where `rows` rows and `used` columns of P0
    /// are not zero. One rank holds the share `rank_share` of P0.
    void account_of_product(Index selected, double rows, double used, double rank_share, StepAccount& account) const;
    /// Adds to `account` the application of `columns` columns at once, `times` times in a step.
    void account_of_flush(double rows, double used, double columns, double times, StepAccount& account) const;
    /// The bytes of a step's sums while `pending` columns are pending.
    double bytes_summed(double pending, double selected) const;
  };

  /// Creates P = I / alpha over the rows of `features`. `longest` bounds the squared length of a vector of features. A
  /// step adds at most `vectors` columns, and the panel is applied when it has `panel` columns. `forgetting` is lambda.
  InverseCorrelation(const Layout& features, double alpha, double longest, Index panel, Index vectors,
                     double forgetting = 1.0);

  /// Says that the elements of Phi from `features` on have been zero in all steps so far. Nothing is read or computed
  /// for them. Features that join begin with 1 / alpha, whatever was forgotten before.
  void use(Index features);

  /// Chooses the columns of `phi` to learn from, in ascending order. It copies them unless all are chosen.
  void select(const GatheredVectors<F>& phi, std::span<const Index> selected);

  /// The parts of the symmetric product with one selected vector; there are none where that product does not pay. The
  /// parts come before multiply() and may run at the same time in different threads.
  Index parts() const { return uses_symmetry() ? symmetric_->parts() : 0; }
  void multiply_part(Index k);

  /// Computes K0 = P0 Phi of the selected vectors for a block of rows, and the block's part of the sums S^T phi (over
  /// all vectors) and Phi^T K0. Blocks may run at the same time in different threads.
  void multiply(RowBlock block);

  /// Sums over all rows of the features: c = S^T phi, and the matrix I + Phi^T P Phi, which it factorises. The cost is
  /// one reduction of (m + B') B numbers for m pending columns, or none if nothing is pending or selected. Throws
  /// RunError if a sum is not finite, or if P is no longer positive definite. **Collective.**
  void reduce(RegionTimer& timer);

  /// Computes K = K0 - S c for a block of rows, and writes s = K L^-T into the panel.
  void append(RowBlock block);

  /// Counts the selected columns as part of the panel.
  void advance() {
    pending_ += selected_;
    if (selected_ > 0) growth_ /= forgetting_;
  }

  bool full() const { return pending_ >= panel_; }

  /// Applies the panel: P0 -= S S^T. The cost is one gather of d m numbers. The columns of the panel stay readable as
  /// panel_rows() until the next flush(). **Collective.**
  void flush(RegionTimer& timer);

  /// Allocates what the ranks of a node share, so that no step has to. **Collective.**
  void prepare() { S_.prepare(); }

  Index pending() const { return pending_; }
  Index selected() const { return selected_; }
  Index panel_capacity() const { return capacity_; }
  /// c, of which each vector has `pending` elements.
  VectorsView<const F> panel_products() const { return c_.view(); }
  /// sqrt(c) L^-T, which is upper triangular, [B', padded<double>(B')] row-major. Errors times this matrix are the left
  /// factors of the updates of the weights.
  const double* inverse_factor() const { return factor_.data(); }
  /// S^T as it was applied last, [m, d].
  MatrixView<const F> panel_rows() const { return {S_.group(0).data, layout_->rows(), S_.group(0).stride}; }
  const RowMatrix<F>& matrix() const { return P_; }

  /// The number of samples at which phi^T P phi was negative, because rounding had used up the precision of P.
  Index indefinite_samples() const { return indefinite_; }

  /// Begins anew with P = I / alpha and an empty panel.
  void forget();

  void persist(Archive& archive);
  /// Saves or loads the panel alone. **Collective.**
  void persist_panel(Archive& archive);
  /// These do the same for a matrix that every rank holds whole, for its first `features` rows and columns.
  /// **Collective.**
  void persist_whole(Archive& archive, Index features);
  void persist_whole_panel(Archive& archive, Index features);

 private:
  bool uses_symmetry() const { return used_ == layout_->rows() && SymmetricProduct<F>::pays(used_, selected_); }
  void begin_diagonal();
  void sum_block(RowBlock block);
  MatrixView<double> gram() { return {gram_.data(), selected_, padded<double>(selected_)}; }
  void decode();
  double rounding_of_sums() const;
  void factorise();
  void flush(RowBlock block);
  void flush_both_ways(RowBlock block, Index begin, Index end);
  void flush(RowBlock block, Index column, Index columns);
  void find_pending(Archive& archive);
  void fold_growth(RegionTimer& timer);
  void set_bound(double largest);
  void persist_growth(Archive& archive);

  const Layout* layout_;
  Index used_;
  Index vectors_;
  Index panel_;
  double alpha_;
  double longest_;        ///< no vector of features has a larger squared length
  double forgetting_;     ///< lambda
  double growth_ = 1.0;   ///< c
  double largest_ = 0.0;  ///< bound on the eigenvalues of P0
  Index capacity_;        ///< panel + B - 1 columns, because one step may exceed the panel by B - 1
  Index pending_ = 0;
  Index selected_ = 0;
  Index indefinite_ = 0;

  RowMatrix<F> P_;  ///< [local rows, d]
  std::optional<SymmetricProduct<F>> symmetric_;
  GatheredVectors<F> S_;  ///< the panel, [d, capacity]; only its application needs the rows of other ranks

  const GatheredVectors<F>* phi_ = nullptr;
  std::vector<Index> chosen_;
  AlignedArray<F> phi_chosen_;  ///< the selected vectors, unless all are selected
  VectorsView<const F> phi_selected_;
  StreamArray<F> mine_selected_;  ///< this rank's rows of the selected vectors
  StreamArray<F> K_;              ///< K0, then K, [local rows, B']
  Vectors<F> c_;                  ///< S^T phi, [capacity] for each vector
  AlignedArray<F> c_chosen_;
  VectorsView<const F> c_selected_;
  std::vector<double> c_exact_;  ///< [capacity, B]
  AlignedArray<double> gram_;    ///< upper triangle of I + Phi^T P Phi, [B', B']
  AlignedArray<double> factor_;

  FixedPoint panel_scale_;      ///< |S^T phi| <= sqrt(longest * largest)
  FixedPoint quadratic_scale_;  ///< phi^T P0 phi <= longest * largest
  BlockSums sums_;              ///< S^T phi [pending, B], then Phi^T P0 Phi [B', B']
  Index scratch_stride_;
  AlignedArray<double> scratch_;  ///< one part for each thread
};

}  // namespace fullforce

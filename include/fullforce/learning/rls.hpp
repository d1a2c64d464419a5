#pragma once
#include <string>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/fixed_point.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Recursive least squares over the features of a step, with deferred updates.
///
/// Holds this rank's rows of the inverse correlation matrix P and of the recurrent weights J (full-FORCE only), and the whole
/// readout w. Updates are collected as columns of a panel, P = P0 - S S^T, J = J0 - G S^T, w = w0 - H S^T, and applied together
/// when `panel` of them have come, so that a step only reads the big matrices. For a block of features Phi with errors E:
///   K = P Phi,  S_B = I + Phi^T K = L L^T,  s = K L^-T,  g = E L^-T,  P <- P - s s^T,  weights <- weights - g s^T.
/// One column is the textbook rank-1 RLS (Haykin, Adaptive Filter Theory, ch. 10; used for recurrent networks by Sussillo and
/// Abbott 2009).
template <Real T>
class Rls {
 public:
  /// P = I/alpha, J = 0, w = 0. `recurrent`: learn J too. `learns` = false keeps only the weights (testing needs no P).
  Rls(const Layout& layout, const LearningOptions& options, Index outputs, Index streams, bool recurrent, bool learns);

  /// The network's own currents and outputs for the features `phi` (row b: the rates of stream b, all neurons; `mine`: this
  /// rank's neurons): currents = J phi [local rows, B], outputs = w phi [n_out, B]. `selected` streams (ascending) will learn from
  /// this step: what update() needs is prepared in the same pass. At most one reduction of (m + B') B numbers, none while nothing
  /// is pending or selected. Throws RunError when a sum is not finite. **Collective.**
  void evaluate(const StreamVectors<T>& phi, const StreamArray<T>& mine, std::span<const Index> selected, StreamArray<T>& currents,
                std::span<double> outputs, PhaseTimer& timer);

  /// Learns from the streams selected in evaluate(). `current_errors` [local rows, B'] (unused by FORCE), `output_errors`
  /// [n_out, B'], in the order of `selected`. Applies the panel when it is full. **Collective.**
  void update(const StreamArray<T>& current_errors, std::span<const double> output_errors, PhaseTimer& timer);

  /// Applies what is pending. One gather of N m numbers. **Collective.**
  void flush(PhaseTimer& timer);

  Index pending() const { return pending_; }
  bool learns() const { return learns_; }
  Index features() const { return layout_->rows(); }
  const RowMatrix<T>& weights() const { return J_; }
  const RowMatrix<T>& readout() const { return w_; }
  const RowMatrix<T>& inverse_correlation() const { return P_; }

  /// Bytes that an instance allocates on the rank with the most rows.
  static Index bytes(const RowPartition& partition, const LearningOptions& options, Index outputs, Index streams, bool recurrent);

  /// The weights, and P with what is pending if this instance learns. **Collective.**
  void persist(Archive& archive);

 private:
  void sum_over_neurons(const StreamArray<T>& mine, std::span<const Index> selected);
  void encode_block(RowBlock block, const StreamArray<T>& mine, std::span<const Index> selected, std::span<std::int64_t> sums,
                    std::span<double> scratch);
  void decode(std::span<const Index> selected);
  void subtract_pending(StreamArray<T>& currents, std::span<double> outputs);
  void factorise();
  void append_columns(const StreamArray<T>& current_errors, std::span<const double> output_errors);
  void solve_row(double* row) const;
  Index sums_size() const;

  const Layout* layout_;
  Index streams_;
  Index outputs_;
  Index panel_;
  Index capacity_;  ///< of the panel: one step may overshoot by B - 1 columns
  bool recurrent_;
  bool learns_;

  RowMatrix<T> J_;  ///< [local rows, N]
  RowMatrix<T> P_;  ///< [local rows, N]
  RowMatrix<T> w_;  ///< [n_out, N]

  Index pending_ = 0;
  RowMatrix<T> S_;        ///< [local rows, capacity]
  RowMatrix<T> G_;        ///< [local rows, capacity]
  RowMatrix<T> H_;        ///< [n_out, capacity]
  AlignedArray<T> all_S_; ///< [N, S stride]: every rank's S, for a flush
  RowMatrix<T> S_transposed_;  ///< [capacity, N]
  RowGather gather_S_;

  FixedPoint panel_scale_;     ///< |S^T phi| <= sqrt(N / alpha)
  FixedPoint quadratic_scale_; ///< phi^T P phi <= N / alpha
  std::vector<std::int64_t> sums_;                 ///< a set a thread; the first one travels
  std::vector<double> scratch_;                    ///< capacity a thread
  StreamVectors<T> phi_selected_;                  ///< [B', N]
  StreamArray<T> K_;                               ///< P0 phi, then P phi, [local rows, B']
  StreamArray<T> correction_;                      ///< [local rows, B]
  StreamVectors<T> c_;                             ///< S^T phi, a row a stream [B, capacity]
  StreamVectors<T> c_selected_;
  std::vector<double> c_exact_;                    ///< the same in double, [B, capacity]
  std::vector<double> gram_;                       ///< I + phi^T P phi, then its factor L, [B', B'] row-major
  std::vector<T> readout_products_;                ///< [n_out, B]
  Index selected_ = 0;
};

}  // namespace fullforce

#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/feature_space.hpp"
#include "fullforce/learning/learned_weights.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/learning/target_modes.hpp"

namespace fullforce {

/// Recursive least squares over the features of a step: what is learned with their gain are the recurrent weights of
/// this rank's neurons (full-FORCE only), J over dense features or A of J = A U^T over low-rank ones, and the readout
/// w, held whole by every rank. With target modes V the rows of the recurrent weights are modes, not neurons, and J is
/// V times them.
///
/// A step is evaluate(), then complete(). Updates are deferred (InverseCorrelation), so that a step only reads the big
/// matrices.
template <Real T>
class Rls {
 public:
  /// P = I/alpha, J = 0, w = 0. `recurrent`: learn J too. `learns` = false keeps only the weights (testing needs no P).
  Rls(const Layout& layout, const LearningOptions& options, Index outputs, Index streams, bool recurrent, bool learns);

  Rls(const Rls&) = delete;
  Rls& operator=(const Rls&) = delete;

  /// The network's own outputs for the rates r in group 0, w phi [n_out, B], and the main part of its currents J phi
  /// [local rows, B] (of the modes, if there are any), which complete() finishes. The `selected` streams (ascending)
  /// will learn from this step. One reduction at the most: dense of (m + B') B numbers, none while nothing is pending
  /// or selected; low-rank of (d + 1) B numbers, more where the basis grows. Throws RunError when a sum is not finite.
  /// Reads J, then P, or backwards from the end of P to the beginning of J. **Collective.**
  void evaluate(const GatheredVectors<T>& rates, std::span<const Index> selected, StreamArray<T>& currents,
                std::span<double> outputs, RegionTimer& timer, Direction direction = Direction::forwards);

  /// Finishes the currents [local rows, B], and lets the selected streams learn from how far they are from the
  /// `targets` (unused by FORCE) and from `output_errors` [n_out, B'], which are in the order of the selected. Applies
  /// the panel when it is full. With target modes V one reduction of n B' numbers (V^T F) and one gather of n B.
  /// **Collective.**
  void complete(StreamArray<T>& currents, const TargetCurrents<T>& targets, std::span<const double> output_errors,
                RegionTimer& timer);

  /// Applies what is pending. One gather of N m numbers. **Collective.**
  void flush(RegionTimer& timer);

  Index pending() const { return space_->pending(); }
  bool learns() const { return space_->learns(); }
  /// d: how many there are at present.
  Index features() const { return space_->count(); }
  /// Low-rank: the basis; otherwise null, and evaluate() reads the rates of all neurons.
  const Basis<T>* basis() const { return space_->basis(); }
  /// The learned recurrent weights of this rank's neurons, or modes: [local rows, d].
  const RowMatrix<T>& weights() const { return J_->matrix(); }
  /// V; null without target modes.
  const TargetModes<T>* modes() const { return modes_ ? &*modes_ : nullptr; }
  /// Target modes are still to be fixed: takes the currents of the init trials in, respectively fixes them.
  bool collects_modes() const { return modes_ && !modes_->fixed(); }
  void observe(const TargetCurrents<T>& currents, RegionTimer& timer) { modes_->observe(currents, timer); }
  void fix_modes() { modes_->fix(); }
  const RowMatrix<T>& readout() const { return w_.matrix(); }
  /// The memory of the big matrices that a learning step reads.
  std::array<std::span<const std::byte>, 2> matrices() const {
    return {space_->matrix(), J_ ? std::as_bytes(J_->matrix().storage()) : std::span<const std::byte>()};
  }
  /// An element of P as it was applied last: row `i` of those that this rank holds (low-rank: all).
  double inverse_correlation(Index i, Index j) const { return space_->inverse_correlation(i, j); }
  Index indefinite_samples() const { return space_->indefinite_samples(); }

  /// Bytes that an instance allocates on the rank with the most rows.
  static Index bytes(const RowPartition& partition, const LearningOptions& options, Index outputs, Index streams,
                     bool recurrent);

  /// The weights, and P with what is pending if this instance learns. **Collective.**
  void persist(Archive& archive);

 private:
  void use_features();
  /// What J phi goes to: the currents themselves, or the outputs of the modes.
  StreamArray<T>& products(StreamArray<T>& currents) { return modes_ ? modes_->outputs() : currents; }
  void learn_currents(RowBlock block, const StreamArray<T>& own, const TargetCurrents<T>& targets);
  void learn_outputs(std::span<const double> output_errors);
  Index blocks_of_weights() const { return J_ ? rows_->local_blocks() : 0; }
  void respond(std::span<double> outputs);
  /// Every rank holds all outputs, and they are few: one block.
  RowBlock all_outputs() const { return {0, 0, outputs_.rows()}; }

  const Layout* layout_;
  Communicator self_;
  Layout outputs_layout_;
  std::unique_ptr<FeatureSpace<T>> space_;
  std::optional<TargetModes<T>> modes_;
  const Layout* rows_;  ///< of J's rows: neurons or modes
  std::optional<LearnedWeights<T>> J_;
  LearnedWeights<T> w_;
  std::vector<Index> selected_;
  StreamArray<T> errors_;         ///< of the selected streams, [J's local rows, B']
  StreamArray<T> outputs_;        ///< [n_out, B]
  StreamArray<T> output_errors_;  ///< [n_out, B']
};

}  // namespace fullforce

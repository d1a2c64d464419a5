#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/inverse_correlation.hpp"
#include "fullforce/learning/learned_weights.hpp"
#include "fullforce/learning/learning_options.hpp"

namespace fullforce {

/// Recursive least squares over the features of a step: the inverse correlation matrix, and what is learned with its
/// gain, which are the recurrent weights J of this rank's neurons (full-FORCE only) and the readout w, held whole by
/// every rank.
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

  /// The network's own outputs for the features `phi`, w phi [n_out, B], and the main part of its currents J phi [local
  /// rows, B], which complete() finishes. The `selected` streams (ascending) will learn from this step. At most one
  /// reduction of (m + B') B numbers, none while nothing is pending or selected. Throws RunError when a sum is not
  /// finite. **Collective.**
  void evaluate(const GatheredVectors<T>& phi, std::span<const Index> selected, StreamArray<T>& currents,
                std::span<double> outputs, PhaseTimer& timer);

  /// Finishes the currents block by block, lets `settle(block)` look at them and work out the `errors` of the selected
  /// streams, [local rows, B'] in their order (unused by FORCE), and learns from those and from `output_errors` [n_out,
  /// B']. Applies the panel when it is full. **Collective.**
  void complete(StreamArray<T>& currents, const StreamArray<T>& errors, std::span<const double> output_errors,
                const std::function<void(RowBlock)>& settle, PhaseTimer& timer);

  /// Applies what is pending. One gather of N m numbers. **Collective.**
  void flush(PhaseTimer& timer);

  Index pending() const { return P_ ? P_->pending() : 0; }
  bool learns() const { return P_.has_value(); }
  Index features() const { return layout_->rows(); }
  const RowMatrix<T>& weights() const { return J_->matrix(); }
  const RowMatrix<T>& readout() const { return w_.matrix(); }
  const RowMatrix<T>& inverse_correlation() const { return P_->matrix(); }
  Index indefinite_samples() const { return P_ ? P_->indefinite_samples() : 0; }

  /// Bytes that an instance allocates on the rank with the most rows.
  static Index bytes(const RowPartition& partition, const LearningOptions& options, Index outputs, Index streams,
                     bool recurrent);

  /// The weights, and P with what is pending if this instance learns. **Collective.**
  void persist(Archive& archive);

 private:
  void respond(VectorsView<const T> phi, std::span<double> outputs);
  /// Every rank holds all outputs, and they are few: one block.
  RowBlock all_outputs() const { return {0, 0, outputs_.rows()}; }

  const Layout* layout_;
  Communicator self_;
  Layout outputs_layout_;
  std::optional<InverseCorrelation<T>> P_;
  std::optional<LearnedWeights<T>> J_;
  LearnedWeights<T> w_;
  StreamArray<T> outputs_;        ///< [n_out, B]
  StreamArray<T> output_errors_;  ///< [n_out, B']
};

}  // namespace fullforce

#pragma once
#include <span>
#include <vector>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// The signals of one step, [n, streams] for n inputs, targets or hints. They are zero for idle streams.
struct StepSignals {
  StepSignals(const Task& task, Index streams);

  /// Reads the samples of the coming step from the streams.
  void read(const TrialStreams& streams);

  Index streams;
  std::vector<double> input;
  std::vector<double> target;
  std::vector<double> hint;
  /// [n_out, streams], whether learning and scoring count the sample of an output: 1 or 0. It is 0 for idle streams.
  std::vector<std::uint8_t> mask;
  /// [streams], the targets of neurons of each stream, [n_neuron] each; empty for idle streams. They stay in the memory
  /// of the task.
  std::vector<std::span<const double>> neuron_targets;
};

/// The column of each neuron of this rank in the targets of neurons, [local rows], or -1 for a neuron without one.
/// `neurons` are those with targets, in the order of the columns.
std::vector<Index> columns_of_targets(const Layout& layout, std::span<const Index> neurons);

/// Whether a signal is 0 in every element, so that there is nothing to add. Start pulses are so in most steps.
bool is_silent(std::span<const double> signal);

/// Adds a signal to the currents of a block: currents(i, b) += sum_c weights(i, c) signal(c, b). The rows i are those
/// of the block, `currents` begins at its first row, and `signal` is [weights.cols(), streams].
template <Real T>
void add_signal(RowBlock block, const RowMatrix<T>& weights, std::span<const double> signal, Index streams,
                const MatrixView<T>& currents);

}  // namespace fullforce

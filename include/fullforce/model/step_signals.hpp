#pragma once
#include <span>
#include <vector>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/row_partition.hpp"

namespace fullforce {

/// The signals of one step, [n, streams]; zero for idle streams.
struct StepSignals {
  StepSignals(const Task& task, Index streams);

  /// Takes the coming step's samples from the streams.
  void read(const TrialStreams& streams);

  Index streams;
  std::vector<double> input;
  std::vector<double> target;
  std::vector<double> hint;
};

/// Whether a signal is 0 everywhere, as start pulses are in most steps: there is nothing to add then.
bool is_silent(std::span<const double> signal);

/// currents(i, b) += sum_c weights(i, c) signal(c, b) for the rows of a block, where `currents` points at its first;
/// signal is [weights.cols(), streams].
template <Real T>
void add_signal(RowBlock block, const RowMatrix<T>& weights, std::span<const double> signal, Index streams,
                MatrixView<T> currents);

}  // namespace fullforce

#pragma once
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/recurrent_weights.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// The fixed weights, this rank's rows: recurrent weights J_D of the target-generating network and what feeds signals
/// into both networks. Every element is a function of (seed, row, column), so both learning rules get the same ones.
template <Real T>
struct Connectivity {
  /// Draws them: J_D dense or sparse, u_* ~ U(-1, 1) times their gains.
  Connectivity(const Layout& layout, const NetworkOptions& options, const Task& task, std::uint64_t seed);

  /// Saves, or loads where the file has them. **Collective.**
  void persist(Archive& archive, const Layout& layout, bool with_target);

  RecurrentWeights<T> J_D;  ///< [N, N]
  RowMatrix<T> u_in;        ///< [N, n_in]
  RowMatrix<T> u_out;       ///< [N, n_out]
  RowMatrix<T> u_hint;      ///< [N, n_hint]
};

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

/// How long the vector of the target-generating network's currents F = J_D tanh(x_D) + u_out f_out + u_hint f_hint may
/// get, whatever its state: for sums that need a bound.
template <Real T>
class CurrentBound {
 public:
  /// **Collective.**
  CurrentBound(const Layout& layout, const Connectivity<T>& connectivity);

  /// |F| <= this for every stream, and 1 <= this. May be infinite, where weights are.
  double longest(const StepSignals& signals) const;

 private:
  double root_neurons_;
  double recurrent_;             ///< of |J_D tanh(x_D)| in any element
  std::vector<double> outputs_;  ///< largest weight of each target
  std::vector<double> hints_;
};

/// Whether a signal is 0 everywhere, as start pulses are in most steps: there is nothing to add then.
bool is_silent(std::span<const double> signal);

/// currents(i, b) += sum_c weights(i, c) signal(c, b) for the rows of a block, where `currents` points at its first;
/// signal is [weights.cols(), streams].
template <Real T>
void add_signal(RowBlock block, const RowMatrix<T>& weights, std::span<const double> signal, Index streams,
                MatrixView<T> currents);

}  // namespace fullforce

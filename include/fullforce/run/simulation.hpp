#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/drive.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/linalg/matrix_tour.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/input_currents.hpp"
#include "fullforce/model/neurons.hpp"
#include "fullforce/model/step_signals.hpp"
#include "fullforce/model/trial_reset.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"
#include "fullforce/run/relative_error.hpp"

namespace fullforce {

class Archive;

/// A training or test trial that has ended, with the squared errors and the squared targets summed over the samples
/// that its masks count.
struct TrialResult {
  Index number = 0;
  Index stream = 0;
  Index length = 0;
  double squared_error = 0.0;
  double squared_target = 0.0;
  double error() const { return relative_error(squared_error, squared_target); }
};

/// What can be read of a neuron: rate and state of the neuron of that number in each of the two networks, its recurrent
/// current z_rec, and its target, which is F or, where targets are rates, a rate.
enum class NeuronVariable { rate, target_rate, state, target_state, current, target };

/// What decides the dynamics, in addition to the weights.
struct SimulationOptions {
  NetworkOptions network;
  Rule rule = Rule::full_force;
  double update_probability = 0.5;
  std::uint64_t seed = 1;
  bool testing = false;  ///< whether this is a test: states are drawn for the test, and nothing is learned
  Reset reset = Reset::none;
  TargetSource target = TargetSource::generator;
  PlasticNeurons plastic{};
};

/// The target-generating and the task-performing network in B streams side by side. They advance step by step in the
/// order of DePasquale et al. (2018), which ARCHITECTURE.md and MANUAL.md write out. This class only schedules:
/// neurons, drive and plasticity do the work. Weights and plasticity belong to the caller, so that training and testing
/// can share them.
template <Real T>
class Simulation {
 public:
  Simulation(const Layout& layout, const SimulationOptions& options, const Task& task, const TrialSchedule& schedule,
             const Connectivity<T>& connectivity, Plasticity<T>& plasticity);

  /// Allocates what the ranks of a node share, so that no step has to. **Collective.**
  void prepare();

  /// Lets only those rates travel between ranks, or nodes, that somebody reads, if they are few. It follows the loading
  /// of weights, which say what is read. **Collective.**
  void choose_rates();

  /// Advances every stream by one step, and returns the training or test trials that ended with it. A step needs at
  /// most two collectives, two more with target modes, one more if only some rates travel (choose_rates()), and one
  /// more if the panel is applied. If trials begin in a state of their own, a step in which one begins needs those of a
  /// step without learning in addition. It allocates memory only if a new trial is longer than any before, or if target
  /// modes are fixed, which happens when the first stream has ended its init trials. Throws RunError, which states
  /// trial and step, if a value is not finite. **Collective.**
  std::span<const TrialResult> step();

  /// Applies the pending updates: those that are computed and not yet applied. **Collective.**
  void flush();

  bool finished() const { return streams_.finished(); }
  const TrialStreams& streams() const { return streams_; }
  Index steps() const { return steps_; }      ///< steps since the start of the run
  Index samples() const { return samples_; }  ///< updates by recursive least squares so far
  const Work& work() const { return work_; }  ///< work since construction, over all ranks
  RegionTimer& timer() { return timer_; }

  /// Sets the function `look`, which every step calls as look(*this) after the outputs are known and before the streams
  /// move on. `at_target` says that the function also needs the target-generating network, which then runs even if
  /// nothing else needs it, or the targets of neurons that a file has. `at_targets` says that it also reads
  /// NeuronVariable::target. The next step computes anew what steps compute ahead. All ranks must call observe() at the
  /// same step.
  void observe(std::function<void(const Simulation&)> look, bool at_target, bool at_targets = false) {
    look_ = std::move(look);
    target_observed_ = at_target || at_targets;
    if (at_targets) targets_ = StreamArray<T>(*layout_, n_streams_);
    primed_ = false;
  }

  std::span<const double> outputs() const { return z_; }  ///< z, [n_out, B]
  const StepSignals& signals() const { return signals_; }
  Index neurons() const { return layout_->rows(); }
  /// Whether a stream has an output that counts in this step. Nothing is learned from a step without one.
  bool counts(Index stream) const;
  /// r_D of all neurons and streams, [N, B], after a step in which the target-generating network ran. Every rank has
  /// them.
  MatrixView<const T> target_rates() const { return drive_->rates().target().rows_of(drive_->rates().target_group()); }

  /// A variable of a neuron of this rank after a step. `local` counts from this rank's first neuron. Those of the
  /// target-generating network are those of the last step in which it ran.
  double value(NeuronVariable variable, Index local, Index stream) const;

  /// Writes r and r_D of some neurons in a stream, whichever ranks hold them. **Collective.**
  void sample(Index stream, std::span<const Index> neurons, std::span<double> rates,
              std::span<double> target_rates) const;

  /// Saves or loads the states, the streams and the sums of errors. **Collective.**
  void persist(Archive& archive);

 private:
  bool target_runs() const;
  void prime();
  void reset_states();
  void find_rates();
  void respond_to_reset(std::span<const Index> streams);
  void advance_networks();
  void exchange_rates();
  void choose_learning_streams();
  void multiply_ahead();
  void respond_and_learn();
  void force_outputs();
  bool responds() const;
  void keep_targets();
  void find_output_errors();
  void count_errors();
  void advance_streams();
  void end_observation();
  void account_of_step();
  void count_work();
  void persist_streams(Archive& archive);
  template <class Action>
  void or_diverged(const Action& action) const;
  [[noreturn]] void diverged(const char* what) const;
  std::string not_finite(const char* what) const;
  std::string where_streams_are() const;
  std::size_t at(Index output, Index stream) const { return as_size(output * n_streams_ + stream); }
  bool is_forced(Index stream) const { return streams_.phase(stream) == StreamPhase::init; }

  const Layout* layout_;
  SimulationOptions options_;
  Index n_streams_;
  Index n_out_;
  Plasticity<T>* plasticity_;
  TrialStreams streams_;
  StepSignals signals_;
  InputCurrents<T> inputs_;
  TrialReset<T> reset_;
  std::unique_ptr<Neurons<T>> network_;
  std::unique_ptr<Drive<T>> drive_;
  MatrixTour tour_;

  std::vector<double> z_;              ///< [n_out, B]
  std::vector<double> output_errors_;  ///< [n_out, streams that learn]
  std::vector<Index> learning_streams_;
  std::vector<double> squared_error_;  ///< one number for each stream, of its trial so far
  std::vector<double> squared_target_;
  std::vector<TrialResult> results_;
  Index steps_ = 0;
  Index samples_ = 0;
  StepAccount account_;  ///< account of the last step
  Work work_;
  bool primed_ = false;   ///< whether rates and the products with J_D belong to the present states
  bool bounded_ = false;  ///< whether the bound on the target currents is that of the present weights
  std::function<void(const Simulation&)> look_;
  bool target_observed_ = false;
  StreamArray<T> targets_;  ///< those of this step, if observers need them
  RegionTimer timer_;
};

}  // namespace fullforce

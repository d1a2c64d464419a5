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
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// A training or test trial that has ended: squared errors and squared targets summed over its steps.
struct TrialResult {
  Index number = 0;
  Index stream = 0;
  Index length = 0;
  double squared_error = 0.0;
  double squared_target = 0.0;
  double error() const { return squared_error / squared_target; }
};

/// What decides the dynamics, apart from the weights.
struct SimulationOptions {
  NetworkOptions network;
  Rule rule = Rule::full_force;
  double update_probability = 0.5;
  std::uint64_t seed = 1;
  bool testing = false;  ///< fresh states of the test, nothing is learned
};

/// The target-generating and the task-performing network, B streams side by side, advanced step by step in the order of
/// DePasquale et al. (2018), which ARCHITECTURE.md and MANUAL.md write out. It only schedules: neurons, drive and
/// plasticity do the work. Weights and plasticity belong to the caller, so that training and testing can share them.
template <Real T>
class Simulation {
 public:
  Simulation(const Layout& layout, const SimulationOptions& options, const Task& task, const TrialSchedule& schedule,
             const Connectivity<T>& connectivity, Plasticity<T>& plasticity);

  /// One step of every stream; the training or test trials that ended with it. Two collectives at most, two more with
  /// target modes, and one more when the panel is flushed; allocates nothing unless a new trial is longer than any
  /// before, or target modes are fixed, which is when the first stream has ended its init trials. Throws RunError
  /// with trial and step when a value is not finite. **Collective.**
  std::span<const TrialResult> step();

  /// Applies pending updates. **Collective.**
  void flush();

  bool finished() const { return streams_.finished(); }
  const TrialStreams& streams() const { return streams_; }
  Index steps() const { return steps_; }      ///< since the start of the run
  Index samples() const { return samples_; }  ///< RLS updates so far
  const Work& work() const { return work_; }  ///< since construction, over all ranks
  RegionTimer& timer() { return timer_; }

  /// `look(*this)` is called in every step after the outputs are known and before the streams move on. `at_target`: it
  /// wants the target-generating network too, which then runs even where nothing else needs it. The next step works out
  /// anew what steps have worked out ahead. All ranks must call it at the same step.
  void observe(std::function<void(const Simulation&)> look, bool at_target) {
    look_ = std::move(look);
    target_observed_ = at_target;
    primed_ = false;
  }

  std::span<const double> outputs() const { return z_; }  ///< z, [n_out, B]
  const StepSignals& signals() const { return signals_; }

  /// r and r_D of some neurons in a stream, whoever holds them. **Collective.**
  void sample(Index stream, std::span<const Index> neurons, std::span<double> rates,
              std::span<double> target_rates) const;

  /// States, streams and error sums. **Collective.**
  void persist(Archive& archive);

 private:
  bool target_runs() const;
  void prime();
  void advance_networks();
  void exchange_rates();
  void choose_learning_streams();
  void multiply_ahead();
  void respond_and_learn();
  void force_outputs();
  void find_output_errors();
  void count_errors();
  void advance_streams();
  void end_observation();
  void count_work(const StepAccount& account);
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
  std::unique_ptr<Neurons<T>> network_;
  std::unique_ptr<Drive<T>> drive_;
  MatrixTour tour_;

  std::vector<double> z_;              ///< [n_out, B]
  std::vector<double> output_errors_;  ///< [n_out, streams that learn]
  std::vector<Index> learning_streams_;
  std::vector<double> squared_error_;  ///< a number a stream, of its trial so far
  std::vector<double> squared_target_;
  std::vector<TrialResult> results_;
  Index steps_ = 0;
  Index samples_ = 0;
  StepAccount account_;  ///< of the last step
  Work work_;
  bool primed_ = false;  ///< rates and the products with J_D belong to the present states
  std::function<void(const Simulation&)> look_;
  bool target_observed_ = false;
  RegionTimer timer_;
};

}  // namespace fullforce

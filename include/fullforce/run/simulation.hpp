#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/rls.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/rate_network.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// A trial of the running phase (training or test) that has ended: squared errors and squared targets summed over its
/// steps.
struct TrialResult {
  Index number = 0;
  Index stream = 0;
  Index length = 0;
  double squared_error = 0.0;
  double squared_target = 0.0;
  double error() const { return squared_error / squared_target; }
};

/// Floating-point operations and bytes of the big matrices that the products of a run amount to, over all ranks.
struct Work {
  double operations = 0.0;
  double bytes = 0.0;
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
/// DePasquale et al. (2018). Weights and learner belong to the caller, so that training and testing can share them.
template <Real T>
class Simulation {
 public:
  Simulation(const Layout& layout, const SimulationOptions& options, const Task& task, const TrialSchedule& plan,
             const Connectivity<T>& connectivity, Rls<T>& rls);

  /// One step of every stream; the trials of the running phase that ended with it. Two collectives at most, two more
  /// with target modes, and one more when the panel is flushed; allocates nothing unless a new trial is longer than any
  /// before, or target modes are fixed, which is when the first stream has ended its init trials. Throws RunError
  /// with trial and step when a value is not finite. **Collective.**
  std::span<const TrialResult> step();

  bool finished() const { return streams_.finished(); }
  const TrialStreams& streams() const { return streams_; }
  Index steps() const { return steps_; }      ///< since the start of the run
  Index samples() const { return samples_; }  ///< RLS updates so far
  const Work& work() const { return work_; }  ///< since construction
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

  /// r and tanh(x_D) of some neurons in a stream, whoever holds them. **Collective.**
  void sample(Index stream, std::span<const Index> neurons, std::span<double> rates,
              std::span<double> target_rates) const;

  /// States, streams and error sums. **Collective.**
  void persist(Archive& archive);

  static Index bytes(const RowPartition& partition, const LearningOptions& learning, Index streams);

 private:
  bool needs_target() const;
  void prime();
  void advance_networks();
  void advance_target(RowBlock block);
  void advance_network(RowBlock block, const StepNoise& noise);
  MatrixView<const T> with_inputs(RowBlock block, MatrixView<const T> currents);
  void publish(RowBlock block, const RateNeurons<T>& network, GatheredVectors<T>& rates, Index group);
  GatheredVectors<T>& target_rates() { return target_rates_ ? *target_rates_ : rates_; }
  Index target_group() const { return target_rates_ ? 0 : 1; }
  void gather_rates(bool with_target);
  void finish_target_gather();
  void multiply_ahead(Direction direction);
  void respond_and_learn();
  void evaluate(Direction direction);
  TargetCurrents<T> target_currents() const;
  void force_outputs();
  void force_currents();
  void find_output_errors();
  void choose_learning_streams();
  void count_errors();
  void count_product(double elements, double bytes_per_element, Index vectors);
  void advance_streams();
  void fix_modes();
  std::size_t at(Index output, Index stream) const { return as_size(output * n_streams_ + stream); }
  bool is_forced(Index stream) const { return streams_.phase(stream) == StreamPhase::init; }
  [[noreturn]] void diverged(const char* what) const;

  const Layout* layout_;
  SimulationOptions options_;
  Index n_streams_;
  Index n_out_;
  const Connectivity<T>* connectivity_;
  Rls<T>* rls_;
  TrialStreams streams_;
  StepSignals signals_;
  RateNeurons<T> network_;
  RateNeurons<T> target_;

  StreamArray<T> feedback_;         ///< z_rec of the last step (FORCE: J_D r), [local rows, B]
  std::vector<double> z_;           ///< [n_out, B]
  StreamArray<T> target_currents_;  ///< F
  /// Products with J_D for the next step, worked out while feedback_ and F of this one are still in use.
  StreamArray<T> next_feedback_;         ///< FORCE only
  StreamArray<T> next_target_currents_;  ///< not with target_rates_: their product comes last, when F has been used
  std::vector<double> output_errors_;    ///< [n_out, B']
  StreamArray<T> drive_;                 ///< all currents of the block that a thread works on, [threads, block size, B]
  GatheredVectors<T> rates_;             ///< r, then tanh(x_D) if both are gathered
  std::optional<GatheredVectors<T>> target_rates_;  ///< tanh(x_D) alone, where no product needs the r of other ranks
  std::optional<CurrentBound<T>> bound_;            ///< of F, where target modes want one
  std::vector<Index> learning_streams_;
  std::vector<double> squared_error_;  ///< a number a stream, of its trial so far
  std::vector<double> squared_target_;
  std::vector<TrialResult> results_;
  Index steps_ = 0;
  Index samples_ = 0;
  Work work_;
  bool primed_ = false;  ///< rates_ and the products with J_D belong to the present states
  std::function<void(const Simulation&)> look_;
  bool target_observed_ = false;
  RegionTimer timer_;
};

}  // namespace fullforce

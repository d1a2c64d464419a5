#pragma once
#include <memory>

#include "fullforce/base/random.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/learning/plastic_neurons.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/input_currents.hpp"
#include "fullforce/model/network_rates.hpp"
#include "fullforce/model/target_currents.hpp"

namespace fullforce {

/// What a drive allocates, saves, computes and sends. It is a pure value, from which costs are forecast.
class DriveShape {
 public:
  virtual ~DriveShape() = default;

  /// Tells the drive which shares of the rates others read on ranks that share memory. Until then the account counts
  /// all rates.
  virtual void expect_reads(const SharesRead& others) = 0;
  /// The memory on the rank with the most rows, which includes the rates of both networks.
  virtual Index bytes() const = 0;
  /// The size of its part of network.h5 and of a checkpoint.
  virtual double file_bytes() const = 0;
  /// Adds a step to `account`. `target_runs` says that what generates the targets advances in it.
  virtual void account(bool target_runs, const Extent& extent, StepAccount& account) const = 0;
  /// That of the drive (Drive::forces_all), where all neurons have targets.
  virtual bool forces_all() const { return true; }
};

/// Where a drive takes the targets of the neurons from, and which neurons have any.
struct DriveTargets {
  TargetSource source = TargetSource::generator;
  std::span<const Index> neurons{};        ///< those whose targets StepSignals has, in its order
  Index first = PlasticNeurons::everyone;  ///< with a generator, so many neurons have targets, from the first one on

  bool are_of_all(Index all_neurons) const;
  /// [local rows], whether a neuron has a target: 1 or 0. Empty if all have one.
  std::vector<std::uint8_t> flags(const Layout& layout) const;
};

/// What a learning rule makes of the two networks: the recurrent currents that drive the task-performing network, and
/// the target currents F that it is to learn. A drive runs what generates F, and holds the rates that both networks
/// exchange. Each kind of drive is a class derived from this one; make_drive() finds it by the name of the rule and by
/// where the targets come from.
///
/// A step calls begin_step(), then advance_target() and recurrent() for every block of neurons, then
/// rates().exchange(). It calls multiply_ahead() when F of the step is no longer needed, or at any time after the
/// exchange if the drive keeps F of two steps.
template <Real T>
class Drive {
 public:
  Drive(const Layout& layout, const typename NetworkRates<T>::Shape& rates, const DriveTargets& targets)
      : layout_(&layout),
        rates_(layout, rates),
        response_(layout, rates.streams),
        all_have_targets_(targets.are_of_all(layout.rows())),
        has_target_(targets.flags(layout)) {}
  virtual ~Drive() = default;
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  NetworkRates<T>& rates() { return rates_; }
  const NetworkRates<T>& rates() const { return rates_; }

  /// z_rec: the recurrent currents that the task-performing network makes by itself, [local rows, B].
  StreamArray<T>& response() { return response_; }

  /// Draws the states of what generates the targets at the start of a run.
  virtual void draw_state(std::uint64_t seed, Purpose purpose) = 0;

  /// Puts what generates the targets of a stream into the state in which a trial begins (Neurons::reset).
  virtual void reset_target(Index stream, std::span<const T> state) = 0;

  /// Takes over the products that multiply_ahead() computed in the step before.
  virtual void begin_step() = 0;
  /// Computes F of a block, then advances what generates F by a step, then writes its rates.
  virtual void advance_target(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs) = 0;
  /// Writes the rates of the present states of a block.
  virtual void emit_target(RowBlock block) = 0;
  /// The recurrent currents, [rows of the block, B], under which a block of the task-performing network advances.
  /// `outputs` are the outputs z [n_out, B] of the step before.
  virtual MatrixView<const T> recurrent(RowBlock block, std::span<const double> outputs) = 0;

  /// Computes the products with the rates of this step with which the next step begins. `target_runs` says that F is
  /// among them.
  virtual void multiply_ahead(bool target_runs, Direction direction) = 0;

  /// Marks the rates of other ranks that multiply_ahead() reads.
  virtual void mark_read(RatesRead&) const {}

  /// The targets of this step: F, or rates. Throws RunError if a bound was asked for and is not finite.
  virtual TargetCurrents<T> targets() const = 0;
  /// Finds the bound on the length of F, which targets() gives from now on. **Collective.**
  virtual void find_target_bound() = 0;

  /// The state of a neuron of the target-generating network. `local` counts from this rank's first neuron.
  virtual double target_state(Index local, Index stream) const = 0;

  /// Sets z_rec to the currents `own` [local rows, B] in some streams, which begin a trial.
  void reset_response(std::span<const Index> streams, const StreamArray<T>& own);

  /// Whether teacher-forced trials replace the recurrent currents of all neurons. They keep their own ones otherwise.
  virtual bool forces_all() const { return all_have_targets_; }
  /// Sets z_rec = F in the streams that are in teacher-forced trials, which TrialSchedule describes, for the neurons
  /// that have target currents.
  void teach(const TrialStreams& streams);

  /// Adds the present step to `account`.
  virtual void account(bool target_runs, StepAccount& account) const = 0;

  /// Saves or loads z_rec and the state of what generates the targets. **Collective.**
  void persist(Archive& archive);

 protected:
  const Layout& layout() const { return *layout_; }
  std::span<const std::uint8_t> has_target() const { return has_target_; }

 private:
  virtual void persist_target(Archive& archive) = 0;

  const Layout* layout_;
  NetworkRates<T> rates_;
  StreamArray<T> response_;
  bool all_have_targets_;                 ///< the same on all ranks, since it decides what a step does
  std::vector<std::uint8_t> has_target_;  ///< DriveTargets::flags
};

/// The shape of the drive of a rule, in the precision of the options. `all_rates` says that what is learned needs the r
/// of all ranks.
std::unique_ptr<DriveShape> drive_shape(const RowPartition& partition, const NetworkOptions& network,
                                        const LearningOptions& learning, Index streams, bool all_rates,
                                        TargetSource source = TargetSource::generator);

/// Creates the drive of a rule. `signals` holds the signals of the present step in every step.
template <Real T>
std::unique_ptr<Drive<T>> make_drive(Rule rule, const Layout& layout, const NetworkOptions& options,
                                     const Connectivity<T>& connectivity, const StepSignals& signals, bool all_rates,
                                     const DriveTargets& targets = {});

/// The recurrent weights of the network when it runs freely: those that were `learned`, and those that are fixed.
template <Real T>
WeightMatrix free_running_weights(Rule rule, const Connectivity<T>& connectivity, EffectiveWeights learned);

}  // namespace fullforce

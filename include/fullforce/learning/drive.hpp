#pragma once
#include <memory>

#include "fullforce/base/random.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/input_currents.hpp"
#include "fullforce/model/network_rates.hpp"
#include "fullforce/model/target_currents.hpp"

namespace fullforce {

/// What a drive allocates, goes through and sends in a step.
template <Real T>
struct DriveShape {
  NetworkRates<T>::Shape rates;
  typename RecurrentWeights<T>::Shape weights;
  /// Networks that J_D drives: the target-generating one, or both.
  Index driven_networks = 1;

  Index bytes() const;
  /// Adds a step to an account; `target_runs`: the target-generating network moves on in it.
  void account(bool target_runs, const Extent& extent, StepAccount& account) const;
};

/// What a learning rule makes of the two networks: which recurrent currents drive the task-performing network, and
/// which target currents F it is to learn. It runs what generates F, and holds the rates that both networks exchange.
/// Kinds of drives derive from this class; make_drive() knows them by the rule's name.
///
/// A step calls begin_step(), then advance_target() and recurrent() for every block of neurons, then
/// rates().exchange(), and multiply_ahead() when F of the step is no longer needed, or at any time after the exchange
/// if F is kept twice.
template <Real T>
class Drive {
 public:
  Drive(const Layout& layout, const DriveShape<T>& shape)
      : layout_(&layout),
        shape_(shape),
        rates_(layout, shape.rates.streams, shape.rates.all_rates),
        response_(layout, shape.rates.streams) {}
  virtual ~Drive() = default;
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  NetworkRates<T>& rates() { return rates_; }
  const NetworkRates<T>& rates() const { return rates_; }

  /// z_rec, the recurrent currents that the task-performing network makes by itself, [local rows, B].
  StreamArray<T>& response() { return response_; }

  /// States of what generates the targets, at the start of a run.
  virtual void draw_state(std::uint64_t seed, Purpose purpose) = 0;

  /// Takes over what was multiplied ahead.
  virtual void begin_step() = 0;
  /// F of a block; then what generates it moves on and writes its rates.
  virtual void advance_target(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs) = 0;
  /// Writes the rates of the present states of a block.
  virtual void emit_target(RowBlock block) = 0;
  /// The recurrent currents that a block of the task-performing network moves on under, [rows of the block, B];
  /// `outputs` z [n_out, B] of the step before.
  virtual MatrixView<const T> recurrent(RowBlock block, std::span<const double> outputs) = 0;

  /// The products of the rates of this step that the next one begins with. `target_runs`: F is among them.
  virtual void multiply_ahead(bool target_runs, Direction direction) = 0;

  /// F of this step. Throws RunError where a bound that was asked for is not finite.
  virtual TargetCurrents<T> targets() const = 0;
  /// From now on targets() says how long F may be. **Collective.**
  virtual void find_target_bound() = 0;

  /// z_rec = F in the streams that are in teacher-forced trials.
  void teach(const TrialStreams& streams);

  void account(bool target_runs, StepAccount& account) const {
    shape_.account(target_runs, {static_cast<double>(layout_->rows()), 1.0 / layout_->comm().size()}, account);
  }

  /// z_rec, and the state of what generates the targets. **Collective.**
  void persist(Archive& archive);

 protected:
  const Layout& layout() const { return *layout_; }

 private:
  virtual void persist_target(Archive& archive) = 0;

  const Layout* layout_;
  DriveShape<T> shape_;
  NetworkRates<T> rates_;
  StreamArray<T> response_;
};

/// `all_rates`: what is learned needs the r of all ranks.
template <Real T>
DriveShape<T> drive_shape(Rule rule, const RowPartition& partition, Index in_degree, Index streams, bool all_rates);

/// The drive of a rule. `signals` are those of each step.
template <Real T>
std::unique_ptr<Drive<T>> make_drive(Rule rule, const Layout& layout, const NetworkOptions& options,
                                     const Connectivity<T>& connectivity, const StepSignals& signals, bool all_rates);

}  // namespace fullforce

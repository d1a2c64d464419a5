#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// The noise of a step: it adds sqrt(eta dt) xi to every state, with xi ~ N(0, 1). The trial that a stream is in is the
/// key of the draws, so the draws do not depend on which stream runs the trial.
struct StepNoise {
  double amplitude = 0.0;  ///< sqrt(eta dt); 0 = no noise
  std::uint64_t seed = 0;
};

/// The neurons of one network in B streams, of which a rank holds its own rows. Neurons turn currents into states, and
/// states into the rates that other neurons and the readout receive. The target-generating and the task-performing
/// network each have their own instance. Each neuron model is a class derived from this one; make_neurons() finds it by
/// its name.
template <Real T>
class Neurons {
 public:
  virtual ~Neurons() = default;

  /// Draws the states at the start of a run. Stream and neuron are the key of each draw.
  virtual void draw_state(std::uint64_t seed, Purpose purpose) = 0;

  /// Puts the neurons of a stream into the state in which a trial begins. `state` has a number for each neuron of this
  /// rank: its x.
  virtual void reset(Index stream, std::span<const T> state) = 0;

  /// Advances a block of neurons by one time step under `currents` [rows of the block, B], which are the sum of
  /// recurrent and external currents. Idle streams keep their states. Different blocks may be advanced at the same time
  /// by different threads.
  virtual void advance(RowBlock block, const MatrixView<const T>& currents, const TrialStreams& streams,
                       const StepNoise& noise) = 0;

  /// Writes the rates of a block of neurons, [rows of the block, B], to the memory from which products read them. A
  /// rate beyond largest_rate() is written as infinite, which ends the run. Different blocks may be written at the same
  /// time by different threads.
  virtual void emit(RowBlock block, const MatrixView<T>& rates) const = 0;

  /// Returns the state x of one of this rank's neurons in a stream, as observers see it.
  virtual double state(Index local, Index stream) const = 0;

  /// Saves or loads the states in the group of their network. **Collective.**
  virtual void persist(Archive& archive, const std::string& group) = 0;
};

/// What the neurons of one network allocate and save.
template <Real T>
struct NeuronsShape {
  RowPartition partition;
  Index streams = 1;
  Index states = 1;  ///< numbers that a neuron keeps from step to step, in each stream

  /// The memory on the rank with the most rows.
  Index bytes() const;
  double file_bytes() const;
};

template <Real T>
NeuronsShape<T> neurons_shape(const RowPartition& partition, Index streams, const NetworkOptions& options);

/// The fraction of the distance from a state to its currents that one step covers: dt/tau (Euler), or 1 - exp(-dt/tau)
/// (exponential).
double relaxation_of_a_step(Integrator integrator, double dt, double tau);

/// The largest magnitude that a rate may have. Sums over neurons, which are formed in integers, take their scale from
/// it.
double largest_rate(const NetworkOptions& options);

/// Whether neurons have such a rate at a finite state, so that they can follow it as a target.
bool is_a_rate(Nonlinearity nonlinearity, double value);

/// The rate of a state. In contrast to Neurons::emit() it has no upper limit.
double rate_at_state(Nonlinearity nonlinearity, double state);

/// The state of a rate, where the rate is one that neurons can have. It is the smallest one where several have it.
double state_at_rate(Nonlinearity nonlinearity, double rate);

/// The derivative of the rate with respect to the state, as a function of the rate.
double slope_at_rate(Nonlinearity nonlinearity, double rate);

/// Creates neurons at state 0 as the options describe them, integrated by `integrator`.
template <Real T>
std::unique_ptr<Neurons<T>> make_neurons(const Layout& layout, Index streams, const NetworkOptions& options,
                                         Integrator integrator);

}  // namespace fullforce

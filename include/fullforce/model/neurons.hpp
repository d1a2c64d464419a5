#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Noise of a step: every state gets sqrt(eta dt) xi with xi ~ N(0, 1). Draws are keyed by the trial that a stream is
/// in, so that it does not matter which stream runs it.
struct StepNoise {
  double amplitude = 0.0;  ///< sqrt(eta dt); 0 = none
  std::uint64_t seed = 0;
};

/// The neurons of one network, this rank's rows of them, in B streams: how currents become states, and states the
/// rates that other neurons and the readout see. The target-generating and the task-performing network have each their
/// own. Kinds of neurons derive from this class; make_neurons() knows them by name.
template <Real T>
class Neurons {
 public:
  virtual ~Neurons() = default;

  /// States at the start of a run, keyed by stream and neuron.
  virtual void draw_state(std::uint64_t seed, Purpose purpose) = 0;

  /// One time step of a block of neurons under `currents` [rows of the block, B], recurrent and external ones together.
  /// Idle streams keep their state. Blocks may be advanced side by side.
  virtual void advance(RowBlock block, MatrixView<const T> currents, const TrialStreams& streams,
                       const StepNoise& noise) = 0;

  /// Writes the rates of a block of neurons, [rows of the block, B], to where products read them. A rate beyond bound()
  /// is written as infinite, which ends the run. Blocks may be written side by side.
  virtual void emit(RowBlock block, MatrixView<T> rates) const = 0;

  /// The states, in the group of their network. **Collective.**
  virtual void persist(Archive& archive, const std::string& group) = 0;
};

/// The share of the way from a state to its currents that a step goes: dt/tau (Euler), or 1 - exp(-dt/tau).
double relaxation_of_a_step(Integrator integrator, double dt, double tau);

/// The largest magnitude that a rate may have. Sums over neurons take their scale from it.
double largest_rate(const NetworkOptions& options);

/// The derivative of the rate with respect to the state, as a function of the rate.
double slope_at_rate(Nonlinearity nonlinearity, double rate);

/// Neurons as the options have them, integrated by `integrator`, at state 0.
template <Real T>
std::unique_ptr<Neurons<T>> make_neurons(const Layout& layout, Index streams, const NetworkOptions& options,
                                         Integrator integrator);

}  // namespace fullforce

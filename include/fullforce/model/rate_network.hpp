#pragma once
#include <cstdint>
#include <string>

#include "fullforce/base/random.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Noise of a step: sqrt(eta dt) xi with xi keyed by the trial that a stream is in, so that it does not matter which
/// stream runs it.
struct StepNoise {
  double amplitude = 0.0;  ///< sqrt(eta dt); 0 = none
  std::uint64_t seed = 0;
};

/// How far a state moves towards its currents in a step: dt/tau, or 1 - exp(-dt/tau).
double relaxation_of_a_step(Integrator integrator, double dt, double tau);

/// Rate neurons: states x [N, B] driven by currents, rates tanh(x). The target-generating and the task-performing
/// network are two instances of it.
template <Real T>
class RateNeurons {
 public:
  RateNeurons(const Layout& layout, Index streams, double dt, double tau, Integrator integrator);

  /// x(0) ~ N(0, 1), keyed by stream and neuron.
  void draw_state(const Layout& layout, std::uint64_t seed, Purpose purpose);

  /// One time step of a block of neurons under `currents` [rows of the block, B] (all currents: recurrent and external;
  /// rows as far apart as those of state()). Idle streams keep their state.
  ///   Euler:        x <- x + dt/tau (currents - x)
  ///   exponential:  x <- currents + (x - currents) exp(-dt/tau) = x + (1 - exp(-dt/tau)) (currents - x)
  void advance(RowBlock block, MatrixView<const T> currents, const TrialStreams& streams, const StepNoise& noise);

  /// rates = tanh(x) for a block of neurons, [rows of the block, B].
  void rates(RowBlock block, MatrixView<T> rates) const;

  StreamArray<T>& state() { return x_; }
  const StreamArray<T>& state() const { return x_; }

  void persist(Archive& archive, const Layout& layout, const std::string& dataset);

 private:
  void add_noise(RowBlock block, const TrialStreams& streams, const StepNoise& noise);

  double relaxation_;  ///< x <- x + take (currents - x)
  StreamArray<T> x_;
};

}  // namespace fullforce

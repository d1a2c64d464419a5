#pragma once
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/neurons.hpp"

namespace fullforce {

/// Leaky neurons whose rate is a function of their state. The states x [N, B] relax towards their currents:
///   Euler:        x <- x + dt/tau (currents - x)
///   exponential:  x <- currents + (x - currents) exp(-dt/tau) = x + (1 - exp(-dt/tau)) (currents - x)
/// A derived class for each function gives the rates.
template <Real T>
class RateNeurons : public Neurons<T> {
 public:
  static constexpr Index states_of_a_neuron = 1;  ///< x alone

  RateNeurons(const Layout& layout, Index streams, const NetworkOptions& options, Integrator integrator);

  /// Draws the states x(0) ~ N(0, 1).
  void draw_state(std::uint64_t seed, Purpose purpose) override;
  void reset(Index stream, std::span<const T> state) override;
  void advance(RowBlock block, const MatrixView<const T>& currents, const TrialStreams& streams,
               const StepNoise& noise) override;
  void emit(RowBlock block, const MatrixView<T>& rates) const override;
  double state(Index local, Index stream) const override { return static_cast<double>(x_(local, stream)); }
  void persist(Archive& archive, const std::string& group) override;

 private:
  /// Computes rates[i] of states[i] for i < count. Both may be the same array.
  virtual void transfer(const T* states, Index count, T* rates) const = 0;
  void add_noise(RowBlock block, const TrialStreams& streams, const StepNoise& noise);

  const Layout* layout_;
  double relaxation_;  ///< x <- x + relaxation (currents - x)
  StreamArray<T> x_;
};

}  // namespace fullforce

#pragma once
#include <memory>
#include <optional>

#include "fullforce/io/file_format.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/current_bound.hpp"
#include "fullforce/model/input_currents.hpp"
#include "fullforce/model/network_rates.hpp"
#include "fullforce/model/neurons.hpp"
#include "fullforce/model/target_currents.hpp"

namespace fullforce {

/// The target-generating network: neurons with the fixed recurrent weights J_D that are driven by the desired output.
/// Its currents
///   F = J_D r_D + u_out f_out + u_hint f_hint
/// are those that the task-performing network is to make by itself. The product J_D r_D is computed ahead, in the step
/// that makes r_D.
template <Real T>
class TargetNetwork {
 public:
  /// `keeps_two` must be true if F of a step is still in use while the product for the next step is computed.
  TargetNetwork(const Layout& layout, const NetworkOptions& options, const Connectivity<T>& connectivity,
                const StepSignals& signals, bool keeps_two);

  void draw_state(std::uint64_t seed, Purpose purpose) { neurons_->draw_state(seed, purpose); }
  void reset(Index stream, std::span<const T> state) { neurons_->reset(stream, state); }

  /// Takes over the product that was computed ahead.
  void begin_step();
  /// Computes F of a block of neurons, advances the neurons by one step, and writes their new rates.
  void advance(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs, NetworkRates<T>& rates);
  void emit(RowBlock block, NetworkRates<T>& rates) const { neurons_->emit(block, rates.target_block(block)); }

  double state(Index local, Index stream) const { return neurons_->state(local, stream); }

  /// The array that receives the product with the rates of this step.
  StreamArray<T>& next_currents() { return next_currents_ ? *next_currents_ : currents_; }

  /// Finds the bound on the length of F, which targets() gives from now on. **Collective.**
  void find_bound();
  /// F of this step. Throws RunError if a bound was asked for and is not finite.
  TargetCurrents<T> targets() const;

  void persist(Archive& archive) { neurons_->persist(archive, format::target::group); }

 private:
  const Layout* layout_;
  const Connectivity<T>* connectivity_;
  const StepSignals* signals_;
  double largest_rate_;
  std::unique_ptr<Neurons<T>> neurons_;
  StreamArray<T> currents_;                      ///< F
  std::optional<StreamArray<T>> next_currents_;  ///< J_D r_D for the next step
  std::optional<CurrentBound<T>> bound_;
};

}  // namespace fullforce

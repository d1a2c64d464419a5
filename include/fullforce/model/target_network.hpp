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

/// The target-generating network: neurons with the fixed recurrent weights J_D, driven by the desired output. Its
/// currents
///   F = J_D r_D + u_out f_out + u_hint f_hint
/// are what the task-performing network is to make by itself. J_D r_D is worked out ahead, in the step that makes r_D.
template <Real T>
class TargetNetwork {
 public:
  /// `keeps_two`: F of a step is still in use while the product for the next step is worked out.
  TargetNetwork(const Layout& layout, const NetworkOptions& options, const Connectivity<T>& connectivity,
                const StepSignals& signals, bool keeps_two);

  void draw_state(std::uint64_t seed, Purpose purpose) { neurons_->draw_state(seed, purpose); }

  /// Takes over the product that was worked out ahead.
  void begin_step();
  /// F of a block, then one step of its neurons, then its new rates.
  void advance(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs, NetworkRates<T>& rates);
  void emit(RowBlock block, NetworkRates<T>& rates) const { neurons_->emit(block, rates.target_block(block)); }

  /// Where the product with the rates of this step goes.
  StreamArray<T>& next_currents() { return next_currents_ ? *next_currents_ : currents_; }

  /// From now on targets() says how long F may be. **Collective.**
  void find_bound();
  /// F of this step. Throws RunError where its bound is not finite.
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

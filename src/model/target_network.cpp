#include "fullforce/model/target_network.hpp"

#include <cmath>
#include <utility>

#include "fullforce/base/check.hpp"

namespace fullforce {

template <Real T>
TargetNetwork<T>::TargetNetwork(const Layout& layout, const NetworkOptions& options,
                                const Connectivity<T>& connectivity, const StepSignals& signals, bool keeps_two)
    : layout_(&layout),
      connectivity_(&connectivity),
      signals_(&signals),
      largest_rate_(largest_rate(options)),
      neurons_(make_neurons<T>(layout, signals.streams, options, Integrator::exponential)),
      currents_(layout, signals.streams) {
  if (keeps_two) next_currents_.emplace(layout, signals.streams);
}

template <Real T>
void TargetNetwork<T>::begin_step() {
  if (next_currents_) std::swap(currents_, *next_currents_);
}

template <Real T>
void TargetNetwork<T>::advance(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs,
                               NetworkRates<T>& rates) {
  const MatrixView<T> F = currents_.from(block.local);
  add_signal(block, connectivity_->u_out, signals_->target, signals_->streams, F);
  add_signal(block, connectivity_->u_hint, signals_->hint, signals_->streams, F);
  neurons_->advance(block, inputs.added_to(block, F), streams, StepNoise{});
  emit(block, rates);
}

template <Real T>
void TargetNetwork<T>::find_bound() {
  bound_.emplace(*layout_, *connectivity_, largest_rate_);
}

template <Real T>
TargetCurrents<T> TargetNetwork<T>::targets() const {
  const double longest = bound_ ? bound_->longest(*signals_) : 0.0;
  if (!std::isfinite(longest)) throw RunError("the target-generating network's weights are not finite");
  return {&currents_, longest};
}

template class TargetNetwork<float>;
template class TargetNetwork<double>;

}  // namespace fullforce

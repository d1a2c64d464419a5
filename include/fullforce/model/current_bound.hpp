#pragma once
#include <vector>

#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/step_signals.hpp"

namespace fullforce {

/// A bound on the length of the target-generating network's vector of currents F = J_D r_D + u_out f_out + u_hint
/// f_hint. It holds whatever the state of the network. Sums that are formed in integers need such a bound.
template <Real T>
class CurrentBound {
 public:
  /// **Collective.**
  CurrentBound(const Layout& layout, const Connectivity<T>& connectivity, double largest_rate);

  /// A number of at least 1 that |F| does not exceed in any stream. It is infinite where weights are infinite.
  double longest(const StepSignals& signals) const;

 private:
  double root_neurons_;
  double recurrent_;             ///< largest magnitude that an element of J_D r_D may have
  std::vector<double> outputs_;  ///< largest magnitude of a weight of each target
  std::vector<double> hints_;
};

}  // namespace fullforce

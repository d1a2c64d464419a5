#pragma once
#include <vector>

#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/step_signals.hpp"

namespace fullforce {

/// How long the vector of the target-generating network's currents F = J_D r_D + u_out f_out + u_hint f_hint may
/// get, whatever its state: for sums that need a bound.
template <Real T>
class CurrentBound {
 public:
  /// **Collective.**
  CurrentBound(const Layout& layout, const Connectivity<T>& connectivity, double largest_rate);

  /// |F| <= this for every stream, and 1 <= this. May be infinite, where weights are.
  double longest(const StepSignals& signals) const;

 private:
  double root_neurons_;
  double recurrent_;             ///< largest magnitude of an element of J_D r_D
  std::vector<double> outputs_;  ///< largest weight of each target
  std::vector<double> hints_;
};

}  // namespace fullforce

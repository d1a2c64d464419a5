#include "full_force_drive.hpp"

namespace fullforce {

template <Real T>
FullForceDrive<T>::FullForceDrive(const Layout& layout, const NetworkOptions& options,
                                  const Connectivity<T>& connectivity, const StepSignals& signals, bool all_rates,
                                  const DriveTargets& targets)
    // If the rates r_D travel apart from r, the product with them comes last in a step, when F has been used. One array
    // then does for both currents.
    : GeneratedDrive<T>(layout, shape(layout.partition(), options, signals.streams, all_rates), options, connectivity,
                        signals, all_rates, targets) {}

template <Real T>
void FullForceDrive<T>::multiply_ahead(bool target_runs, Direction direction) {
  if (target_runs) this->J_D().multiply(this->layout(), {this->target_product()}, direction);
}

template class FullForceDrive<float>;
template class FullForceDrive<double>;

}  // namespace fullforce

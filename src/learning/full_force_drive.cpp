#include "full_force_drive.hpp"

namespace fullforce {

template <Real T>
FullForceDrive<T>::FullForceDrive(const Layout& layout, const NetworkOptions& options,
                                  const Connectivity<T>& connectivity, const StepSignals& signals, bool all_rates)
    // Where r_D travels apart, its product comes last in a step, when F has been used.
    : GeneratedDrive<T>(layout, shape(layout.partition(), options, signals.streams, all_rates), options, connectivity,
                        signals, all_rates),
      J_D_(&connectivity.J_D) {}

template <Real T>
void FullForceDrive<T>::multiply_ahead(bool target_runs, Direction direction) {
  if (target_runs) J_D_->multiply(this->layout(), {this->target_product()}, direction);
}

template class FullForceDrive<float>;
template class FullForceDrive<double>;

}  // namespace fullforce

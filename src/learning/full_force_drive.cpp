#include "full_force_drive.hpp"

namespace fullforce {

template <Real T>
FullForceDrive<T>::FullForceDrive(const Layout& layout, const DriveShape<T>& shape, const NetworkOptions& options,
                                  const Connectivity<T>& connectivity, const StepSignals& signals)
    : Drive<T>(layout, shape),
      J_D_(&connectivity.J_D),
      target_(layout, options, connectivity, signals, !this->rates().target_travels_apart()) {}

template <Real T>
void FullForceDrive<T>::multiply_ahead(bool target_runs, Direction direction) {
  if (!target_runs) return;
  const NetworkRates<T>& rates = this->rates();
  J_D_->multiply(this->layout(), {{&rates.target(), rates.target_group(), &target_.next_currents()}}, direction);
}

template class FullForceDrive<float>;
template class FullForceDrive<double>;

}  // namespace fullforce

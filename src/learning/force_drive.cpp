#include "force_drive.hpp"

#include <utility>

namespace fullforce {

template <Real T>
ForceDrive<T>::ForceDrive(const Layout& layout, const NetworkOptions& options, const Connectivity<T>& connectivity,
                          const StepSignals& signals, bool all_rates, const DriveTargets& targets)
    : GeneratedDrive<T>(layout, shape(layout.partition(), options, signals.streams, all_rates), options, connectivity,
                        signals, true, targets),
      connectivity_(&connectivity),
      next_response_(layout, signals.streams) {}

template <Real T>
void ForceDrive<T>::begin_step() {
  GeneratedDrive<T>::begin_step();
  std::swap(this->response(), next_response_);
}

template <Real T>
MatrixView<const T> ForceDrive<T>::recurrent(RowBlock block, std::span<const double> outputs) {
  const MatrixView<T> currents = this->response().from(block.local);
  add_signal(block, connectivity_->u_out, outputs, next_response_.streams(), currents);
  return currents;
}

template <Real T>
void ForceDrive<T>::multiply_ahead(bool target_runs, Direction direction) {
  const RecurrentWeights<T>& J_D = connectivity_->J_D;
  const typename RecurrentWeights<T>::Product own{&this->rates().network(), 0, &next_response_};
  if (target_runs)
    J_D.multiply(this->layout(), {this->target_product(), own}, direction);
  else
    J_D.multiply(this->layout(), {own}, direction);
}

template <Real T>
WeightMatrix ForceDrive<T>::free_running_weights(const Connectivity<T>& connectivity, EffectiveWeights learned) {
  WeightMatrix J = connectivity.J_D.in_double();
  J.left = in_double(connectivity.u_out);
  J.right = std::move(learned.readout);
  return J;
}

template class ForceDrive<float>;
template class ForceDrive<double>;

}  // namespace fullforce

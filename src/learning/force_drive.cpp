#include "force_drive.hpp"

#include <utility>

namespace fullforce {

template <Real T>
ForceDrive<T>::ForceDrive(const Layout& layout, const DriveShape<T>& shape, const NetworkOptions& options,
                          const Connectivity<T>& connectivity, const StepSignals& signals)
    : Drive<T>(layout, shape),
      connectivity_(&connectivity),
      target_(layout, options, connectivity, signals, true),
      next_response_(layout, signals.streams) {}

template <Real T>
void ForceDrive<T>::begin_step() {
  target_.begin_step();
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
  const NetworkRates<T>& rates = this->rates();
  const typename RecurrentWeights<T>::Product own{&rates.network(), 0, &next_response_};
  if (target_runs)
    connectivity_->J_D.multiply(this->layout(),
                                {{&rates.target(), rates.target_group(), &target_.next_currents()}, own}, direction);
  else
    connectivity_->J_D.multiply(this->layout(), {own}, direction);
}

template class ForceDrive<float>;
template class ForceDrive<double>;

}  // namespace fullforce

#include "fullforce/model/network_rates.hpp"

namespace fullforce {

template <Real T>
NetworkRates<T>::NetworkRates(const Layout& layout, Index streams, bool all_rates)
    : rates_(layout, all_rates ? 2 : 1, streams, !all_rates) {
  if (!all_rates) target_rates_.emplace(layout, 1, streams);
}

template <Real T>
void NetworkRates<T>::exchange(bool with_target) {
  rates_.gather();
  if (target_rates_ && with_target) target_rates_->start_gather();
}

template <Real T>
void NetworkRates<T>::wait_for_target() {
  if (target_rates_) target_rates_->finish_gather();
}

template <Real T>
Index NetworkRates<T>::Shape::bytes() const {
  using Rates = typename GatheredVectors<T>::Shape;
  if (all_rates) return Rates{partition, 2, streams}.bytes();
  return Rates{partition, 1, streams, true}.bytes() + Rates{partition, 1, streams}.bytes();
}

template <Real T>
double NetworkRates<T>::Shape::bytes_gathered(bool with_target) const {
  const Index networks = all_rates ? 2 : with_target ? 1 : 0;
  return typename GatheredVectors<T>::Shape{partition, networks, streams}.bytes_gathered();
}

template class NetworkRates<float>;
template class NetworkRates<double>;

}  // namespace fullforce

#include "fullforce/model/network_rates.hpp"

namespace fullforce {

template <Real T>
NetworkRates<T>::NetworkRates(const Layout& layout, const Shape& shape)
    : has_target_(shape.has_target),
      rates_(layout, shape.all_rates && shape.has_target ? 2 : 1, shape.streams,
             shape.all_rates ? Gathering::vectors : Gathering::local) {
  if (!shape.all_rates && shape.has_target) target_rates_.emplace(layout, 1, shape.streams);
}

template <Real T>
void NetworkRates<T>::prepare() {
  rates_.prepare();
  if (target_rates_) target_rates_->prepare();
}

template <Real T>
void NetworkRates<T>::read_only(const RatesRead& read) {
  if (target_rates_) {
    target_rates_->read_only(read.target);
    return;
  }
  std::vector<std::uint8_t> either = read.network;
  for (std::size_t j = 0; j < either.size(); ++j) either[j] |= read.target[j];
  rates_.read_only(either);
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
  if (all_rates) return Rates{partition, has_target ? 2 : 1, streams}.bytes();
  return Rates{partition, 1, streams, Gathering::local}.bytes() +
         (has_target ? Rates{partition, 1, streams}.bytes() : 0);
}

template <Real T>
double NetworkRates<T>::Shape::bytes_gathered(bool with_target) const {
  const Index own = all_rates ? 1 : 0, target = has_target && (all_rates || with_target) ? 1 : 0;
  const Index networks = own + target;
  return typename GatheredVectors<T>::Shape{partition, networks, streams}.bytes_gathered();
}

template class NetworkRates<float>;
template class NetworkRates<double>;

}  // namespace fullforce

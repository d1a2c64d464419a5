#include "fullforce/model/network_rates.hpp"

#include "fullforce/model/distinct_neurons.hpp"

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

/// What one gather brings: the rates of both networks, or of one of them.
template <Real T>
typename GatheredVectors<T>::Shape NetworkRates<T>::Shape::gathered(Index networks) const {
  const double share = has_target ? shares.target : 0.0;
  return {partition, networks, streams, Gathering::vectors, all_rates ? share_of_either(shares.network, share) : share};
}

template <Real T>
Index NetworkRates<T>::Shape::bytes() const {
  if (all_rates) return gathered(has_target ? 2 : 1).bytes();
  const typename GatheredVectors<T>::Shape own{partition, 1, streams, Gathering::local};
  return own.bytes() + (has_target ? gathered(1).bytes() : 0);
}

template <Real T>
double NetworkRates<T>::Shape::bytes_gathered(bool with_target) const {
  const Index own = all_rates ? 1 : 0, target = has_target && (all_rates || with_target) ? 1 : 0;
  const Index networks = own + target;
  return gathered(networks).bytes_gathered();
}

template class NetworkRates<float>;
template class NetworkRates<double>;

}  // namespace fullforce

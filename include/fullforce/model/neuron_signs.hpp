#pragma once
#include <cmath>

#include "fullforce/model/network_options.hpp"

namespace fullforce {

/// Which neurons are excitatory and which are inhibitory, where neurons have signs (Dale's law): the weights from an
/// excitatory neuron are not negative, and those from an inhibitory one not positive. The excitatory neurons come
/// first. Connections are drawn at random, so that the order of the neurons means nothing else.
class NeuronSigns {
 public:
  explicit NeuronSigns(const NetworkOptions& network)
      : excitatory_(std::llround(network.excitatory_fraction * static_cast<double>(network.neurons))) {}

  Index excitatory() const { return excitatory_; }  ///< the number of excitatory neurons
  bool is_excitatory(Index neuron) const { return neuron < excitatory_; }
  /// 1 for an excitatory neuron and -1 for an inhibitory one.
  template <class T>
  T sign(Index neuron) const {
    return is_excitatory(neuron) ? T(1) : T(-1);
  }

 private:
  Index excitatory_;
};

}  // namespace fullforce

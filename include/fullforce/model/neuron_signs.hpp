#pragma once
#include <cmath>
#include <numbers>
#include <span>

#include "fullforce/base/precision.hpp"
#include "fullforce/base/types.hpp"
#include "fullforce/model/network_options.hpp"

namespace fullforce {

/// Which neurons are excitatory and which are inhibitory, where neurons have signs (Dale's law): the weights from an
/// excitatory neuron are not negative, and those from an inhibitory one not positive. The excitatory neurons come
/// first. Connections are drawn at random, so that the order of the neurons means nothing else.
class NeuronSigns {
 public:
  explicit NeuronSigns(const NetworkOptions& network)
      : fraction_(network.excitatory_fraction),
        excitatory_(std::llround(network.excitatory_fraction * static_cast<double>(network.neurons))) {}

  Index excitatory() const { return excitatory_; }  ///< the number of excitatory neurons
  bool is_excitatory(Index neuron) const { return neuron < excitatory_; }
  /// 1 for an excitatory neuron and -1 for an inhibitory one.
  template <class T>
  T sign(Index neuron) const {
    return is_excitatory(neuron) ? T(1) : T(-1);
  }

  /// Gives the weights into a neuron, which are normal numbers of the same variance, the signs of the presynaptic
  /// neurons column(k). The inhibitory ones are scaled so that the sum of all weights into the neuron is zero, up to
  /// rounding. The variance of a weight about the mean of its class is on average what the variance of the normal
  /// numbers was, so that the eigenvalues of many such rows fill the same disc (Rajan & Abbott 2006). If there are no
  /// inhibitory weights, or no others, the sum cannot be zero.
  template <Real T, class Column>
  void balance(std::span<T> weights, const Column& column) const {
    const double spread = std::sqrt(1.0 - 2.0 / std::numbers::pi);  // of the magnitude of a normal number
    const double ratio = std::sqrt((1.0 - fraction_) / fraction_);
    double positive = 0.0, negative = 0.0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const bool excites = is_excitatory(column(k));
      const double magnitude = (excites ? ratio : 1.0 / ratio) / spread * std::abs(double{weights[k]});
      (excites ? positive : negative) += magnitude;
      weights[k] = static_cast<T>(excites ? magnitude : -magnitude);
    }
    if (positive == 0.0 || negative == 0.0) return;
    for (std::size_t k = 0; k < weights.size(); ++k)
      if (!is_excitatory(column(k))) weights[k] = static_cast<T>(weights[k] * (positive / negative));
  }

 private:
  double fraction_;
  Index excitatory_;
};

}  // namespace fullforce

#include "fullforce/learning/plastic_neurons.hpp"

#include <cmath>

namespace fullforce {

PlasticNeurons plastic_neurons(const LearningOptions& learning, Index neurons, TargetSource source,
                               const Channels& channels) {
  if (source != TargetSource::generator) return {channels.neuron_targets, channels.end_of_neuron_targets};
  if (!learns_recurrent(learning.rule)) return {neurons, neurons};
  const Index count = std::llround(learning.plastic_fraction * static_cast<double>(neurons));
  const Index plastic = std::clamp<Index>(count, 1, neurons);
  return {plastic, plastic};
}

}  // namespace fullforce

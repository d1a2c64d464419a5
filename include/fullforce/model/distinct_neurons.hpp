#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "fullforce/base/random.hpp"

namespace fullforce {

/// Draws some of `candidates` neurons without repetition, by Floyd's method (Bentley and Floyd, CACM 30(9), 1987). All
/// sets of them are equally likely. The method takes one draw for each neuron, because it never rejects one.
class DistinctNeurons {
 public:
  explicit DistinctNeurons(Index candidates) : taken_(as_size(candidates)) {}

  /// Fills `neurons`, of which there are at most as many as candidates, with numbers from 0 on in ascending order.
  void draw(const Draws& draws, std::span<std::int32_t> neurons) {
    uniforms_.resize(neurons.size());
    draws.uniforms(0, uniforms_);
    Index candidates = static_cast<Index>(taken_.size() - neurons.size());
    for (std::size_t k = 0; k < neurons.size(); ++k)
      neurons[k] = static_cast<std::int32_t>(take(uniforms_[k], ++candidates));
    for (const std::int32_t neuron : neurons) taken_[as_size(neuron)] = false;
    std::sort(neurons.begin(), neurons.end());
  }

 private:
  /// Takes one of the first `candidates`. If that one is taken already, it takes the last of them, which is new.
  Index take(double uniform, Index candidates) {
    Index chosen = static_cast<Index>(uniform * static_cast<double>(candidates));
    if (taken_[as_size(chosen)]) chosen = candidates - 1;
    taken_[as_size(chosen)] = true;
    return chosen;
  }

  std::vector<bool> taken_;
  std::vector<double> uniforms_;
};

/// Each of `draws` draws takes `count` distinct ones of all `neurons`. This is the share of neurons that at least one
/// draw takes, as expected.
inline double expected_share_drawn(Index count, Index neurons, double draws) {
  const double share = std::min(1.0, static_cast<double>(count) / static_cast<double>(neurons));
  return 1.0 - std::pow(1.0 - share, draws);
}

/// Two independent choices take these shares of the same things. This is the share that at least one of them takes.
constexpr double share_of_either(double one, double other) { return 1.0 - (1.0 - one) * (1.0 - other); }

}  // namespace fullforce

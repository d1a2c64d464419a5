#pragma once
#include <algorithm>
#include <limits>

#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// Which neurons learn their recurrent weights, as far as memory and time depend on it. It is a pure value. The weights
/// of the other neurons stay as they were drawn.
struct PlasticNeurons {
  static constexpr Index everyone = std::numeric_limits<Index>::max();

  Index count = everyone;  ///< the number of those that learn
  Index end = everyone;    ///< all neurons from this one on do not learn

  bool are_all(Index neurons) const { return count >= neurons; }
};

/// Those of a network. With a target-generating network they are the first n neurons, where n is the share
/// learning.plastic_fraction of all. Where targets come from a file, they are the neurons that have targets, which
/// `channels` counts. FORCE learns no recurrent weights, and its teacher-forced trials replace the currents of all.
PlasticNeurons plastic_neurons(const LearningOptions& learning, Index neurons, TargetSource source,
                               const Channels& channels);

}  // namespace fullforce

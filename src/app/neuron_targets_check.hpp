#pragma once
#include <string>

#include "fullforce/config/config.hpp"

namespace fullforce {

/// Throws InputError unless the targets of neurons in the trials file `file`, if it has any, fit the network: the
/// neurons exist, its nonlinearity can make the target rates, and its features can learn from the targets of some
/// neurons only.
void require_neuron_targets(const Config& config, const Task& task, const std::string& file);

/// Throws InputError if targets of neurons are to be learned, and the trials file has none.
void require_targets_to_learn(const Config& config, const Task& task);

}  // namespace fullforce

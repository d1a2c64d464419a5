#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The neurons that `--neurons` names. The text is "all", a number of neurons that are spread evenly over the network,
/// or a list of neurons such as "0,5,9" in any order. A list may end with a comma, and a list of one neuron does.
/// Without a text, ten neurons are spread over the network, or all if it has fewer. Throws InputError for other texts,
/// and for neurons that the network of `neurons` does not have or that are named twice.
std::vector<Index> chosen_neurons(const std::optional<std::string>& text, Index neurons);

}  // namespace fullforce

#pragma once
#include <string>
#include <vector>

#include "fullforce/model/region.hpp"

namespace fullforce {

/// Reads named groups of neurons from TOML text: a key for each group, whose value is a range of neurons such as
/// "0-99", with both ends in it, or a list of neurons and such ranges. `name` is the name of the file, for messages.
/// Throws InputError for a syntax error, for an unknown form of a value, for neurons that the network, which has so
/// many neurons, does not have, and for neurons that stand in a group twice.
std::vector<Region> parse_regions(const std::string& text, const std::string& name, Index neurons);

}  // namespace fullforce

#pragma once
#include <string_view>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Levenshtein's distance: the fewest insertions, deletions and replacements of a character that make one text the
/// other.
Index edit_distance(std::string_view a, std::string_view b);

/// The candidate with the smallest distance, and the first one if there are several. There must be a candidate.
std::string_view nearest(std::string_view text, const std::vector<std::string_view>& candidates);

}  // namespace fullforce

#pragma once
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fullforce {

/// Returns a number, or null if it is not finite, because JSON has no NaN. `warnings` then receives the reason.
inline nlohmann::ordered_json finite_or_null(double value, const std::string& why_not,
                                             std::vector<std::string>& warnings) {
  if (std::isfinite(value)) return value;
  warnings.push_back(why_not);
  return nullptr;
}

}  // namespace fullforce

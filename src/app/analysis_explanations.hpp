#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace fullforce {

/// What a number means that the command `analyze` finds.
struct Explanation {
  std::string_view section;     ///< of the summary
  std::string_view name;        ///< in the section, or in the parts of the section
  std::string_view unit;        ///< "" if it has none
  std::string_view definition;  ///< one or more sentences
  std::string_view reading;     ///< what a user learns from it; may be empty
};

/// The explanations of all numbers of an analysis, in the order of the summary.
std::span<const Explanation> explanations();

/// All explanations as Markdown, at most 100 columns wide. MANUAL.md has this text.
std::string all_explanations();

/// The results of an analysis, given as the JSON of its summary, as text: each number with its unit and explanation.
std::string explained(const nlohmann::ordered_json& results);

}  // namespace fullforce

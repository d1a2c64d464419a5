#include "fullforce/learning/learning_options.hpp"

#include <fmt/format.h>

namespace fullforce {

std::string features_text(const LearningOptions& learning) {
  std::string text = fmt::format("{} features", to_text(learning.features));
  if (learning.features == FeatureKind::sparse && learns_recurrent(learning.rule))
    text += fmt::format(", {} partners of each {} neurons", learning.plastic_in_degree, learning.group);
  if (learning.target_modes > 0) text += fmt::format(", {} target modes", learning.target_modes);
  return text;
}

}  // namespace fullforce

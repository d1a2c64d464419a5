#pragma once
#include <array>
#include <string>

#include "fullforce/base/precision.hpp"

namespace fullforce {

/// full_force: J and w are learned; force: w alone.
enum class Rule { full_force, force };
template <>
inline constexpr std::array<std::string_view, 2> names_of<Rule> = {"full-force", "force"};
/// The rule's name in running text.
constexpr std::string_view title_of(Rule rule) { return rule == Rule::full_force ? "full-FORCE" : "FORCE"; }

/// What weights are learned over: the rates themselves, or their coordinates in a basis that grows.
enum class FeatureKind { dense, low_rank };
template <>
inline constexpr std::array<std::string_view, 2> names_of<FeatureKind> = {"dense", "low-rank"};

/// Keys of the section [learning].
struct LearningOptions {
  Rule rule = Rule::full_force;
  FeatureKind features = FeatureKind::dense;
  double alpha = 1.0;
  double update_probability = 0.5;
  Precision precision = Precision::double_precision;
  Index panel = 64;              ///< deferred columns
  double rank_tolerance = 0.01;  ///< low-rank, and of the currents that target modes come from
  Index max_rank = 1024;         ///< the same
  Index target_modes = 0;        ///< principal components of the target currents to learn; 0 = the currents themselves
};

/// "dense features", or "low-rank features, 100 target modes".
std::string features_text(const LearningOptions& learning);

}  // namespace fullforce

#pragma once
#include "fullforce/base/types.hpp"

namespace fullforce {

enum class Rule { full_force, force };
enum class FeatureKind { dense, low_rank };

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

}  // namespace fullforce

#pragma once
#include <cstdint>
#include <string>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The keys of the section [run] of a configuration.
struct RunOptions {
  std::uint64_t seed = 1;
  Index streams = 1;
  Index init_trials = 10;
  Index train_trials = 200;
  Index test_trials = 50;
  std::string output = "runs/oscillation";  ///< folder, relative to the working directory
  std::string start_from;                   ///< network file whose weights training starts from; empty if from zero
  bool keep_P = false;                      ///< whether the inverse correlation matrix is that of this file, too
};

/// The keys of the section [checkpoint] of a configuration.
struct CheckpointOptions {
  double every_minutes = 10.0;
  Index every_trials = 0;  ///< 0 = only time decides
  Index keep = 2;
};

}  // namespace fullforce

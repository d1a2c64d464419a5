#pragma once
#include "fullforce/model/task.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// Steps of a run on the mean, from the lengths of the task's first trials of each kind.
struct RunSteps {
  double init = 0.0;       ///< in which all streams are in init trials
  double training = 0.0;   ///< in which some stream learns; others may still be in init trials
  double test = 0.0;       ///< of the test that ends a run, in which some stream runs freely
  double test_init = 0.0;  ///< in which some stream is in an init trial of the test
};
RunSteps run_steps(const RunOptions& run, const Task& task);

}  // namespace fullforce

#pragma once
#include "fullforce/model/task.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// The mean numbers of steps of a run, which follow from the lengths of the task's first trials of each kind.
struct RunSteps {
  double init = 0.0;       ///< steps in which all streams are in init trials
  double training = 0.0;   ///< steps in which some stream learns; others may still be in init trials
  double test = 0.0;       ///< steps of the final test in which some stream is in a test trial
  double test_init = 0.0;  ///< steps of the final test in which some stream is in an init trial
};
RunSteps run_steps(const RunOptions& run, const Task& task);

}  // namespace fullforce

#pragma once
#include <vector>

#include "fullforce/forecast/step_cost.hpp"

namespace fullforce {

/// Measured training steps of the oscillation task: medians over windows of equal length, each with the same number of
/// applied panels.
struct StepTimes {
  RegionSeconds regions{};      ///< s a step in each region of the timer, of the median window, mean over ranks
  double seconds = 0.0;         ///< s a step, median over windows
  std::vector<double> windows;  ///< s a step in each window, ascending
};

/// Runs the program's own training steps on random weights for about `seconds`, after a warm-up, in which the basis of
/// low-rank learning may fill up (a tiny `rank_tolerance` makes it). Holds the memory of
/// such a run. **Collective.**
StepTimes time_steps(const Communicator& comm, const Workload& workload, double seconds);

}  // namespace fullforce

#pragma once
#include <vector>

#include "fullforce/forecast/step_cost.hpp"

namespace fullforce {

/// Measured training steps of the oscillation task. The values are medians over windows of equal length, each with the
/// same number of applied panels.
struct StepTimes {
  RegionSeconds regions{};  ///< seconds of a step in each region of the timer, in the median window, mean over ranks
  double seconds = 0.0;     ///< seconds of a step, median over windows
  std::vector<double> windows;  ///< seconds of a step in each window, ascending
};

/// Runs the program's own training steps on random weights for about `seconds`. A warm-up comes first, in which the
/// basis of low-rank learning may reach its largest dimension; a tiny `rank_tolerance` makes it do so. It holds as much
/// memory as such a run. **Collective.**
StepTimes time_steps(const Communicator& comm, const Workload& workload, double seconds);

}  // namespace fullforce

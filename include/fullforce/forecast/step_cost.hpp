#pragma once
#include <array>

#include "fullforce/forecast/workload.hpp"

namespace fullforce {

/// The kinds of steps: all streams are in teacher-forced trials, which TrialSchedule describes (init), some stream
/// trains (training), test trials run on the network's own outputs (test), or the streams are in the teacher-forced
/// trials of a test (test_init).
enum class StepKind { init, training, test, test_init };

/// What a step computes and sends in the mean over the numbers of streams that may learn from it. Each class accounts
/// for itself. Low-rank features and target modes count at their largest dimension, which is their bound.
StepAccount account_of_step(const SessionShape& shape, const Workload& workload, StepKind kind, const Extent& extent);

/// The operations and bytes of a step over all ranks. Only the big matrices count, with 2 operations for each element
/// and vector.
Work step_work(const Workload& workload, StepKind kind, int ranks = 1);

/// The mean seconds of a step in each region of the timer, on the rank with the most rows.
using RegionSeconds = std::array<double, region_count>;
RegionSeconds step_seconds(const Workload& workload, StepKind kind, const Deployment& deployment,
                           const Machine& machine);
double total(const RegionSeconds& seconds);

/// The seconds of a step if only two things counted: reading its bytes at the rate at which memory is read, and doing
/// its operations at the rate of a matrix product. It is the longer of the two times.
double limit_seconds(const Workload& workload, StepKind kind, const Deployment& deployment, const Machine& machine);

/// The bytes/s that the cores of a node read if `active` of them each read `bytes` of their own. If more cores are
/// active than were measured, they add to the rate only if the measured ones did.
double node_bandwidth(const Machine& machine, double active, double bytes);

}  // namespace fullforce

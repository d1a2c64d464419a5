#pragma once
#include <array>

#include "fullforce/forecast/workload.hpp"

namespace fullforce {

/// Steps in which all streams are in teacher-forced trials, in which some stream trains, of test trials run freely, and
/// of a test's teacher-forced trials.
enum class StepKind { init, training, test, test_init };

/// What a step goes through and sends on the mean, over whatever number of streams learns from it. Classes account for
/// themselves with low-rank features and target modes at their largest, which is their bound.
StepAccount account_of_step(const SessionShape& shape, const Workload& workload, StepKind kind, const Extent& extent);

/// Operations and bytes of a step over all ranks: of the big matrices alone, 2 operations an element and vector.
Work step_work(const Workload& workload, StepKind kind, int ranks = 1);

/// Mean seconds of a step by region of the timer, on the rank with the most rows.
using RegionSeconds = std::array<double, region_count>;
RegionSeconds step_seconds(const Workload& workload, StepKind kind, const Deployment& deployment,
                           const Machine& machine);
double total(const RegionSeconds& seconds);

/// Seconds of a step if nothing counted but its bytes at the speed that memory is read at, or its operations at that of
/// a matrix product, whichever takes longer.
double limit_seconds(const Workload& workload, StepKind kind, const Deployment& deployment, const Machine& machine);

/// Bytes/s that the cores of a node read when `active` of them each go through `bytes` of their own. More cores than
/// were measured add to it only if those did.
double node_bandwidth(const Machine& machine, double active, double bytes);

}  // namespace fullforce

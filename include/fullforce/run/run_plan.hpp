#pragma once
#include <string>

#include "fullforce/run/cost_model.hpp"

namespace fullforce {

/// What a run will need, by the cost model.
struct RunPlan {
  Workload workload;
  Deployment deployment;
  double bytes_per_rank = 0.0;  ///< on the rank with the most rows, the program itself included
  double checkpoint_bytes = 0.0;
  double network_bytes = 0.0;  ///< of network.h5
  double checkpoint_seconds = 0.0;
  double network_seconds = 0.0;  ///< to write network.h5
  RunSteps steps{};
  PhaseSeconds init_step{};
  PhaseSeconds training_step{};
  PhaseSeconds test_step{};
  PhaseSeconds test_init_step{};
  double limit_step = 0.0;  ///< s of a training step at the machine's limit
  Work training_work{};     ///< of a training step, all ranks

  double bytes_per_node() const { return bytes_per_rank * deployment.ranks_per_node; }
  double seconds()
      const;  ///< of the run: init, training, network.h5, test; of checkpoints the one at the first idle stream
};

/// The plan of a run, whether it fits or not. A pure value: nothing is allocated that grows with the network.
RunPlan plan_run(const Workload& workload, const RunOptions& run, const Task& task, const Deployment& deployment,
                 const Machine& machine);

/// Throws InputError when a node has less memory than the plan needs, and says how many ranks, or how few neurons,
/// would fit.
void require_fit(const RunPlan& plan, const Task& task, const Machine& machine);

/// For people, and as JSON.
std::string plan_text(const RunPlan& plan, const Machine& machine);
std::string plan_json(const RunPlan& plan, const Machine& machine);

}  // namespace fullforce

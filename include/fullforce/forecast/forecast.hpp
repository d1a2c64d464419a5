#pragma once
#include <string>

#include "fullforce/forecast/run_steps.hpp"
#include "fullforce/forecast/step_cost.hpp"

namespace fullforce {

/// What a run will need, by the cost model.
struct Forecast {
  Workload workload;
  Deployment deployment;
  double bytes_per_rank = 0.0;  ///< on the rank with the most rows, the program itself included
  double checkpoint_bytes = 0.0;
  double network_bytes = 0.0;  ///< of network.h5
  double checkpoint_seconds = 0.0;
  double network_seconds = 0.0;  ///< to write network.h5
  RunSteps steps{};
  RegionSeconds init_step{};
  RegionSeconds training_step{};
  RegionSeconds test_step{};
  RegionSeconds test_init_step{};
  double limit_step = 0.0;  ///< s of a training step at the machine's limit
  Work training_work{};     ///< of a training step, all ranks

  double bytes_per_node() const { return bytes_per_rank * deployment.ranks_per_node; }
  /// Of the run: init, training, network.h5, test; of checkpoints the one at the first idle stream.
  double seconds() const;
};

/// The forecast of a run, whether it fits or not. A pure value: nothing is allocated that grows with the network.
Forecast forecast_run(const Workload& workload, const RunOptions& run, const Task& task, const Deployment& deployment,
                      const Machine& machine);

/// Throws InputError when a node has less memory than the run needs, and says how many ranks, or how few neurons,
/// would fit.
void require_fit(const Forecast& forecast, const Machine& machine);

/// For people, and as JSON.
std::string forecast_text(const Forecast& forecast, const Machine& machine);
std::string forecast_json(const Forecast& forecast, const Machine& machine);

}  // namespace fullforce

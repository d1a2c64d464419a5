#pragma once
#include <string>
#include <vector>

#include "fullforce/forecast/run_steps.hpp"
#include "fullforce/forecast/step_cost.hpp"

namespace fullforce {

/// What a run will need according to the cost model.
struct Forecast {
  Workload workload;
  Deployment deployment;
  PlasticityReport plasticity;  ///< what the plasticity says about itself
  MemoryNeed trials{};          ///< memory of the signals: of each rank, and of all ranks of a node together
  double bytes_per_rank = 0.0;  ///< memory on the rank with the most rows, with that of the program itself
  double checkpoint_bytes = 0.0;
  double network_bytes = 0.0;  ///< size of network.h5
  double checkpoint_seconds = 0.0;
  double network_seconds = 0.0;  ///< seconds to write network.h5
  RunSteps steps{};
  RegionSeconds init_step{};
  RegionSeconds training_step{};
  RegionSeconds test_step{};
  RegionSeconds test_init_step{};
  double limit_step = 0.0;  ///< seconds of a training step at the limit of the machine
  Work training_work{};     ///< work of a training step over all ranks

  double bytes_per_node() const {
    return bytes_per_rank * deployment.ranks_per_node + static_cast<double>(trials.node);
  }
  /// The seconds of the whole run: init trials, training, network.h5 and test. Of the checkpoints it counts only the
  /// one that is written at the first idle stream.
  double seconds() const;
};

/// The forecast of a run, whether or not the run fits into memory. It is a pure value: nothing that grows with the
/// network is allocated.
Forecast forecast_run(const Workload& workload, const RunOptions& run, const Task& task, const Deployment& deployment,
                      const Machine& machine);

/// The number of threads, at most `most`, with which each of `ranks` ranks takes a training step fastest according to
/// the cost model. It is `most` or a power of two. Of numbers that are nearly as fast it is the smallest.
int threads_that_pay(const Workload& workload, int ranks, int most, const Machine& machine);

/// What a training step takes with some ranks and threads.
struct LayoutSeconds {
  int ranks = 1;
  int threads = 1;
  double seconds = 0.0;
};
/// A training step on one node: on all of its cores, from one rank with a thread for each core to a rank for each core,
/// and before that on 1, 2, 4 ... of its cores, as threads of one rank.
std::vector<LayoutSeconds> layouts_of_a_node(const Workload& workload, const Machine& machine);

/// Throws InputError if a node has less memory than the run needs. The message says how many ranks, or how few neurons,
/// would fit.
void require_fit(const Forecast& forecast, const Machine& machine);

/// The forecast as text for people, and as JSON.
std::string forecast_text(const Forecast& forecast, const Machine& machine);
std::string forecast_json(const Forecast& forecast, const Machine& machine);

}  // namespace fullforce

#pragma once
#include <array>
#include <vector>

#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/run/machine.hpp"
#include "fullforce/run/run_options.hpp"
#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// What is to be computed: the keys that a step's cost depends on.
struct Workload {
  NetworkOptions network;
  LearningOptions learning;
  Index streams = 1;
};

/// On what: ranks of so many threads, as many ranks on a node as its cores have room for.
struct Deployment {
  int ranks = 1;
  int threads = 1;
  int ranks_per_node = 1;

  Deployment(int ranks, int threads, const Machine& machine);
  int nodes() const { return (ranks + ranks_per_node - 1) / ranks_per_node; }
};

/// Steps of an init trial (teacher forced), of a training trial, of a test trial run freely, of a test's init trial.
enum class StepKind { init, training, test, test_init };

/// A matrix that a step goes through (with a sparse one, `cols` is its in-degree), on the mean `times` a step: read for
/// a product with `vectors` vectors, or read and written when `columns` columns are applied to it.
struct MatrixSweep {
  TimerRegion phase = TimerRegion::products;
  double rows = 0.0;
  double cols = 0.0;
  double element_bytes = 0.0;
  double times = 1.0;
  double vectors = 0.0;
  double columns = 0.0;
};

/// The sweeps of a step when `rows` of the N rows are ours (N itself: of the whole network). Low-rank features: U and A
/// with learning.max_rank columns, which is their bound; so do the currents that target modes come from.
/// `held`: the share of all rows that one rank has, on which depends how much of the symmetric P it reads.
std::vector<MatrixSweep> sweeps(const Workload& workload, StepKind kind, double rows, double held = 1.0);

/// Bytes that an element of a sweep makes a core move: an applied panel reads and writes it; of a sparse matrix it
/// reads the rates that the index names, too.
double bytes_of_element(const MatrixSweep& sweep, const Workload& workload);

/// Operations and bytes of a step over all ranks: of the big matrices alone, 2 operations an element and vector.
Work step_work(const Workload& workload, StepKind kind, int ranks = 1);

/// What applying the updates amounts to for each sample learned from, over all ranks.
Work sample_update_work(const Workload& workload);

/// Mean seconds of a step by phase, on the rank with the most rows.
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

/// Steps of a run on the mean, from the lengths of the task's first trials of each kind.
struct RunSteps {
  double init = 0.0;       ///< in which all streams are forced
  double training = 0.0;   ///< in which some stream learns; others may still be forced
  double test = 0.0;       ///< of the test that ends a run, in which some stream is free
  double test_init = 0.0;  ///< in which some stream is forced
};
RunSteps run_steps(const RunOptions& run, const Task& task);

/// Bytes of network.h5 or, with half a panel pending, of a checkpoint.
double network_file_bytes(const Workload& workload, const Task& task, bool checkpoint);

}  // namespace fullforce

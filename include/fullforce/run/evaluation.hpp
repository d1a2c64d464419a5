#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/run/learned_trials.hpp"
#include "fullforce/run/recording.hpp"
#include "fullforce/run/run_options.hpp"
#include "fullforce/run/test_scores.hpp"

namespace fullforce {

/// What an observer receives of a step of stream 0 in a test trial. The rates are those of all neurons, [N] each, on
/// every rank.
struct StepView {
  std::span<const double> rates;         ///< rates of the task-performing network
  std::span<const double> target_rates;  ///< rates of the target-generating network
  std::span<const double> states;        ///< states x of this rank's neurons of the task-performing network
  std::span<const double> inputs;
  std::span<const double> targets;
  std::span<const double> outputs;
  bool ends_trial = false;
};

/// What a test of a network file is to do.
struct TestJob {
  RunOptions run;          ///< test_trials, seed, streams and init_trials are used
  NetworkOptions network;  ///< noise is that of the test
  LearningOptions learning;
  std::filesystem::path network_file;
  /// The seed of the fixed weights, for a file without J_D. The seed of trials, states and noise is run.seed.
  std::uint64_t network_seed = 1;
  LearnedTrials learned_from;  ///< what the network learned from
  std::optional<RecordingJob> recording;
  /// If given, every rank calls it at every step of stream 0 in a test trial.
  std::function<void(const StepView&)> observe;
  Reset reset = Reset::none;  ///< state in which trials begin
};

struct TestResult {
  TestScores scores;           ///< of the trials that have ended
  std::vector<Score> of_task;  ///< scores of the task
  Index steps = 0;
  double seconds = 0.0;
  bool stopped = false;  ///< whether a stop was asked for before the last trial ended
};

/// Runs fresh trials in which the network runs on its own outputs. **Collective.**
TestResult test(const Communicator& comm, const Task& task, const TestJob& job);

}  // namespace fullforce

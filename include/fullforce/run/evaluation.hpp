#pragma once
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fullforce/io/recording_file.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/run/relative_error.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// What an observer receives of a step of stream 0 in a test trial. The rates are those of all neurons, [N] each, on
/// every rank.
struct StepView {
  std::span<const double> rates;         ///< rates of the task-performing network
  std::span<const double> target_rates;  ///< rates of the target-generating network
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
  bool record = false;
  /// If given, every rank calls it at every step of stream 0 in a test trial.
  std::function<void(const StepView&)> observe;
  Reset reset = Reset::none;  ///< state in which trials begin
};

struct TestResult {
  Index trials = 0;
  Index steps = 0;
  double squared_error = 0.0;
  double squared_target = 0.0;
  double seconds = 0.0;
  bool stopped = false;       ///< whether a stop was asked for before the last trial ended
  std::vector<Score> scores;  ///< scores of the task
  Recording recording;        ///< recording of stream 0, on the root, if it was asked for
  double error() const { return relative_error(squared_error, squared_target); }
};

/// The memory that the recording of a test takes on the root, in bytes.
Index recording_bytes(const Task& task, const RunOptions& run, Index neurons);

/// Runs fresh trials in which the network runs on its own outputs. The error is sum |z - f_out|^2 / sum |f_out|^2 over
/// all steps. **Collective.**
TestResult test(const Communicator& comm, const Task& task, const TestJob& job);

/// The results of a test as JSON text: trials, steps, seconds, error, and the scores of the task. A value that is not a
/// finite number becomes null, and `warnings` receives the reason.
std::string test_section(const TestResult& result, std::vector<std::string>& warnings);

/// The results of a test as one line for people.
std::string test_text(const TestResult& result);

}  // namespace fullforce

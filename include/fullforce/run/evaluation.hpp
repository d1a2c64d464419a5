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
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// A step of stream 0 in a test trial, as an observer sees it: rates of all neurons, [N] each, on every rank.
struct StepView {
  std::span<const double> rates;         ///< of the task-performing network
  std::span<const double> target_rates;  ///< of the target-generating network
  std::span<const double> inputs;
  std::span<const double> targets;
  std::span<const double> outputs;
  bool ends_trial = false;
};

/// A test of a network file.
struct TestJob {
  RunOptions run;          ///< test_trials, seed, streams, init_trials
  NetworkOptions network;  ///< noise
  LearningOptions learning;
  std::filesystem::path network_file;
  /// Of the fixed weights, for a file without J_D; run.seed is that of trials, states and noise.
  std::uint64_t network_seed = 1;
  bool record = false;
  std::function<void(const StepView&)> observe;  ///< called on every rank at every such step, if given
};

struct TestResult {
  Index trials = 0;
  Index steps = 0;
  double squared_error = 0.0;
  double squared_target = 0.0;
  double seconds = 0.0;
  bool stopped = false;       ///< a stop was asked for before the last trial ended
  std::vector<Score> scores;  ///< the task's own
  Recording recording;        ///< of stream 0, on the root, if asked for
  double error() const { return squared_error / squared_target; }
};

/// Runs fresh trials freely. Error = sum |z - f_out|^2 / sum |f_out|^2 over all steps. **Collective.**
TestResult test(const Communicator& comm, const Task& task, const TestJob& job);

/// JSON text of a test: trials, steps, seconds, error, and the task's own scores. What is not a finite number is null,
/// with the reason among the warnings.
std::string test_section(const TestResult& result, std::vector<std::string>& warnings);

/// The same for people, one line.
std::string test_text(const TestResult& result);

}  // namespace fullforce

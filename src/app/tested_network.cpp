#include "tested_network.hpp"

#include <cmath>
#include <utility>

#include "fullforce/base/check.hpp"
#include "fullforce/model/silent_task.hpp"
#include "fullforce/run/network_file.hpp"
#include "fullforce/run/trial_counts.hpp"
#include "inputs.hpp"

namespace fullforce {
namespace {

constexpr double silent_seconds = 2.0;  // of a trial without signals

void require_channels(const Channels& trials, const Channels& network, const std::string& file,
                      const std::string& network_file) {
  const auto expect = [&](const char* what, Index found, Index expected) {
    require(found == expected, "{} has {} {}(s), but the network in {} has {}", file, found, what, network_file,
            expected);
  };
  expect("input", trials.inputs, network.inputs);
  expect("output", trials.outputs, network.outputs);
  expect("hint", trials.hints, network.hints);
}

/// The trials of a test, which are those that the command line names, or those that the network learned from.
std::unique_ptr<Task> task_of(const Communicator& comm, const Config& config, const NetworkFileHeader& header,
                              const std::string& network_file, const TestChanges& changes) {
  if (changes.silent) {
    const auto length = std::max<Index>(1, std::llround(silent_seconds / config.network.dt));
    return std::make_unique<SilentTask>(header.channels, length);
  }
  std::unique_ptr<Task> task = agreed_task(comm, config);
  if (changes.trials_file) {
    require_channels(task->channels(), header.channels, config.task.file, network_file);
    return task;
  }
  const bool held_out = !header.trials.tested.empty();
  const std::string& expected = held_out ? header.trials.tested : header.trials.learned;
  const std::string found = task->fingerprint();
  require(expected.empty() || found == expected,
          "{} (fingerprint {}) does not hold the trials that the network in {} {} (fingerprint {}): name the trials to "
          "use with --trials-file",
          config.task.file, found, network_file, held_out ? "is tested on" : "learned from", expected);
  return task;
}

}  // namespace

TestedNetwork open_network(const Communicator& comm, const std::string& path, const TestChanges& changes) {
  require_network_file(comm, path);
  TestedNetwork tested;
  const NetworkFileHeader header = read_network_header(comm, path);
  Config& config = tested.config;
  config = parse_sealed_config(header.config, path);
  tested.network_seed = config.run.seed;
  tested.has_pending = header.has_pending;
  config.network.noise = changes.noise.value_or(config.network.noise);
  config.run.seed = changes.seed.value_or(config.run.seed);
  const std::string own_tests = std::exchange(config.task.test_file, "");
  if (config.task.name == "file" && !own_tests.empty()) config.task.file = own_tests;
  if (changes.trials_file) {
    config.task.name = "file";
    config.task.file = *changes.trials_file;
    config.task.hint = header.channels.hints > 0 ? Hint::published : Hint::none;
  }
  // Without signals there are no trials, only a run of some length.
  if (changes.silent) config.task.reset = Reset::none;
  tested.task = task_of(comm, config, header, path, changes);
  tested.has_own_file = trials_file(config) && (!own_tests.empty() || changes.trials_file) && !changes.silent;
  if (changes.trials)
    config.run.test_trials = *changes.trials;
  else if (tested.has_own_file)
    config.run.test_trials = trials_of_own_test(config.run.test_trials, *tested.task);
  // Old files do not say what they learned from. It is then what their configuration names.
  const bool is_known = !header.trials.learned.empty() || !own_tests.empty() || changes.trials_file;
  tested.learned_from = {is_known ? header.trials.learned : tested.task->fingerprint(), header.learned_trials};
  return tested;
}

}  // namespace fullforce

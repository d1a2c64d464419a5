#include <memory>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/memory.hpp"
#include "fullforce/base/standard_streams.hpp"
#include "fullforce/parallel/node_memory.hpp"
#include "fullforce/run/stop.hpp"
#include "fullforce/run/train.hpp"
#include "fullforce/run/trial_counts.hpp"
#include "inputs.hpp"
#include "memory_check.hpp"
#include "neuron_targets_check.hpp"
#include "result_stream.hpp"
#include "run_folder.hpp"
#include "run_lock.hpp"
#include "start_weights.hpp"

namespace fullforce {
namespace {

constexpr int stopped_early = 75;

/// What a user should know of trials files of which not every trial counts alike.
std::vector<std::string> warnings_of_trials(const Config& config, const Task& task) {
  std::vector<std::string> warnings;
  if (const auto file = trials_file(config))
    warnings.push_back(warning_of_training(config.run.train_trials, task, *file));
  if (const auto file = test_file(config))
    warnings.push_back(warning_of_test(with_own_test(config.run, task).test_trials, task.for_tests(), *file));
  std::erase(warnings, "");
  return warnings;
}

/// What a user should know before the run begins.
std::vector<std::string> warnings_before(const Communicator& comm, const Config& config, const Task& task) {
  std::vector<std::string> warnings = keys_without_effect(config, task.channels());
  for (const std::string& warning : warnings_of_trials(config, task)) warnings.push_back(warning);
  for (const std::string& warning : warnings_of_threads(comm)) warnings.push_back(warning);
  for (const std::string& warning : warnings_of_sharing(comm)) warnings.push_back(warning);
  if (const std::string stale = warning_of_stale_end(); !stale.empty()) warnings.push_back(stale);
  return warnings;
}

std::string memory_text(const MemoryNeed& need, int ranks) {
  std::string text = fmt::format("{} a rank on {} rank(s)", bytes_text(need.rank), ranks);
  if (need.node > 0) text += fmt::format(", and {} of trials on each node", bytes_text(need.node));
  return text;
}

/// Where the run would begin.
std::string beginning_of(const Config& config, const RunStart& start) {
  if (start.from) return "would go on from " + start.from->string();
  if (config.run.start_from.empty()) return "would start anew";
  return fmt::format("would start with the weights{} of {}", config.run.keep_P ? " and P" : "", config.run.start_from);
}

TrainingJob plan_of(const Config& config, const Task& task, const TrainArguments& arguments, const RunStart& start,
                    double state_bytes, std::vector<std::string> warnings) {
  TrainingJob plan;
  plan.run = with_own_test(config.run, task);
  plan.task = config.task;
  plan.network = config.network;
  plan.learning = config.learning;
  plan.checkpoint = config.checkpoint;
  plan.config_text = dump_config(config);
  plan.config_json = config_json(config);
  plan.restart_from = start.from;
  // Then the partners come with the weights.
  if (start.from || !config.run.start_from.empty()) plan.learning.partners.clear();
  plan.weights = start.weights;
  plan.extends = start.extends;
  plan.trained = start.trained;
  plan.state_bytes = state_bytes;
  plan.warnings = std::move(warnings);
  plan.warnings.insert(plan.warnings.end(), start.warnings.begin(), start.warnings.end());
  plan.max_steps = arguments.max_steps;
  plan.max_hours = arguments.max_hours;
  plan.quiet = arguments.quiet;
  plan.with_target = !arguments.no_target;
  return plan;
}

}  // namespace

int train_command(const Communicator& comm, const TrainArguments& arguments) {
  Config config = load_config(comm, arguments.config, arguments.settings);
  if (arguments.output) config.run.output = *arguments.output;
  const std::unique_ptr<Task> task = agreed_task(comm, config);
  if (const auto file = trials_file(config); file && config.run.train_trials > 0) require_samples(*task, *file);
  require_targets_to_learn(config, *task);
  const std::string threads =
      arguments.threads_are_free ? take_threads_that_pay(comm, workload_of(config, *task), comm.size()) : "";
  const Index state = session_shape(comm, config, *task, config.run.streams).bytes();
  const Index to_come = state + bytes_of_streams(comm, *task, config.run.streams);
  require_memory(comm, {to_come}, fmt::format("network.neurons = {}", config.network.neurons),
                 "fewer neurons, learning.precision = \"single\"");
  RunLock lock;
  lock.take_if_used(comm, config.run.output);
  RunStart start = find_start(comm, config, fingerprints(*task), arguments.restart);
  if (start.finished) {
    if (comm.is_root())
      say(fmt::format("{} holds this run, finished: nothing to do (more run.train_trials would go on)\n",
                      config.run.output));
    return 0;
  }
  // A run that goes on has taken its weights, and does not need the file any more.
  if (!start.from) start.weights = check_start_weights(comm, config, task->channels());
  if (!start.from) check_partners(comm, config);
  require(
      !arguments.no_target || config.run.start_from.empty(),
      "--no-target with run.start_from: J_D that was taken from a file cannot be drawn again (leave --no-target out)");
  std::vector<std::string> warnings = warnings_before(comm, config, *task);
  if (arguments.dry_run) {
    warn(comm, warnings);
    print_result(comm, fmt::format("{}\n# {}; {}\n{}", dump_config(config),
                                   memory_text(task->memory() + MemoryNeed{to_come}, comm.size()),
                                   beginning_of(config, start), threads.empty() ? "" : fmt::format("# {}\n", threads)));
    return 0;
  }
  prepare_folder(comm, config.run.output);
  lock.take(comm, config.run.output);
  tidy_folder(comm, config.run.output, start, lock.is_held());
  const double state_bytes = static_cast<double>(state) * static_cast<double>(comm.size());
  TrainingJob job = plan_of(config, *task, arguments, start, state_bytes, std::move(warnings));
  job.note = threads;
  return train(comm, *task, job) == Outcome::finished ? 0 : stopped_early;
}

}  // namespace fullforce

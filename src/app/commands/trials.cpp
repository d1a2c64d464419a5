#include <algorithm>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/trials_file.hpp"
#include "inputs.hpp"
#include "memory_check.hpp"

namespace fullforce {
namespace {

TrialId training_trial(Index number) { return {TrialKind::training, static_cast<std::uint64_t>(number)}; }

template <class T>
void append(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

/// The shape of a file with the first trials of a task.
TrialsShape shape_of_trials(const Task& task, double dt, Index count) {
  TrialsShape shape;
  shape.dt = dt;
  shape.n_in = task.inputs();
  shape.n_out = task.outputs();
  shape.n_hint = task.hints();
  shape.names = task.channel_names();
  if (task.hints() == 0) shape.names.hints.clear();
  const std::span<const Index> neurons = task.neuron_targets().neurons;
  shape.n_neuron = static_cast<Index>(neurons.size());
  shape.target_neurons.assign(neurons.begin(), neurons.end());
  Trial trial;
  for (Index k = 0; k < count; ++k) {
    const TrialView shown = task.view(training_trial(k), trial);
    shape.lengths.push_back(shown.length);
    shape.has_masks = shape.has_masks || !shown.masks.empty();
    shape.conditions.push_back(task.label(training_trial(k)).condition);
  }
  const auto is_empty = [](const std::string& text) { return text.empty(); };
  if (std::all_of(shape.conditions.begin(), shape.conditions.end(), is_empty)) shape.conditions.clear();
  return shape;
}

/// Makes each trial twice. After the first time, the memory for all of them is known and is allocated once: arrays that
/// grew would take up to three times as much.
TrialsData make_trials(const Task& task, double dt, Index count) {
  TrialsData data{shape_of_trials(task, dt, count), {}, {}, {}, {}};
  data.inputs.reserve(as_size(data.steps() * data.n_in));
  data.targets.reserve(as_size(data.steps() * data.n_out));
  data.hints.reserve(as_size(data.steps() * data.n_hint));
  data.masks.reserve(as_size(data.mask_count()));
  data.neuron_targets.reserve(as_size(data.steps() * data.n_neuron));
  Trial trial;
  for (Index k = 0; k < count; ++k) {
    task.make(training_trial(k), trial);
    append(data.inputs, trial.inputs);
    append(data.targets, trial.targets);
    append(data.hints, trial.hints);
    append(data.masks, trial.masks);
    append(data.neuron_targets, trial.neuron_targets);
  }
  return data;
}

/// Warns of keys of the task that have no effect. Networks and learning play no part in trials.
void warn_of_task(const Communicator& comm, const Config& config, const Task& task) {
  Config of_task;
  of_task.task = config.task;
  warn(comm, keys_without_effect(of_task, task.channels()));
}

}  // namespace

int trials_command(const Communicator& comm, const TrialsArguments& arguments) {
  const Config config = load_config(comm, arguments.config, arguments.settings);
  agree(comm, [&] {
    require_file(arguments.output, "--output");
    require_output(arguments.output, "--output", {arguments.config, trials_file(config), test_file(config)});
  });
  const std::unique_ptr<Task> task = agreed_task(comm, config);
  warn_of_task(comm, config, *task);
  require_memory_on_root(comm, bytes_of_trials(comm, *task, arguments.count),
                         fmt::format("--count {}", arguments.count),
                         "fewer trials, shorter delays and pauses (of a task that has them), a larger network.dt");
  agree(comm, [&] {
    if (comm.is_root()) write_trials(arguments.output, make_trials(*task, config.network.dt, arguments.count));
  });
  return 0;
}

}  // namespace fullforce

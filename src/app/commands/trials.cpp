#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/trials_file.hpp"
#include "inputs.hpp"

namespace fullforce {
namespace {

void append(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

TrialsData make_trials(const Task& task, double dt, Index count) {
  TrialsData data;
  data.dt = dt;
  data.n_in = task.inputs();
  data.n_out = task.outputs();
  data.n_hint = task.hints();
  Trial trial;
  for (Index k = 0; k < count; ++k) {
    task.make({TrialKind::training, static_cast<std::uint64_t>(k)}, trial);
    data.lengths.push_back(trial.length);
    append(data.inputs, trial.inputs);
    append(data.targets, trial.targets);
    append(data.hints, trial.hints);
  }
  return data;
}

}  // namespace

int trials_command(const Communicator& comm, const TrialsArguments& arguments) {
  const Config config = load_config(comm, arguments.config, arguments.settings);
  agree(comm, [&] {
    if (!comm.is_root()) return;
    require_file(arguments.output, "--output");
    require_output(arguments.output, "--output", {arguments.config, trials_file(config)});
    const auto task = make_task(config.task, config.network.dt, config.run.seed);
    write_trials(arguments.output, make_trials(*task, config.network.dt, arguments.count));
  });
  return 0;
}

}  // namespace fullforce

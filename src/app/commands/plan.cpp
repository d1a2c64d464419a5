#include <filesystem>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/standard_streams.hpp"
#include "fullforce/forecast/calibration.hpp"
#include "fullforce/forecast/forecast.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/parallel/threads.hpp"
#include "inputs.hpp"
#include "neuron_targets_check.hpp"
#include "result_stream.hpp"
#include "start_weights.hpp"

namespace fullforce {
namespace {

constexpr const char* default_machine_file = "fullforce-machine.json";

/// What is known of the machine. It comes from the file that is named, else from one in the working directory, else it
/// is assumed.
Machine known_machine(const Communicator& comm, const PlanArguments& arguments) {
  const std::string path = arguments.machine.value_or(default_machine_file);
  std::int64_t found = 0;
  if (comm.is_root()) {
    std::error_code ignored;
    found = std::filesystem::exists(path, ignored) ? 1 : 0;
  }
  if (comm.max(found) == 0) {
    require(!arguments.machine || arguments.calibrate, "--machine {}: there is no such file (--calibrate makes one)",
            path);
    return assumed_machine();
  }
  return parse_machine(read_text_on_root(comm, path), path);
}

Machine calibrated_machine(const Communicator& comm, const PlanArguments& arguments) {
  const std::string path = arguments.machine.value_or(default_machine_file);
  agree(comm, [&] { require_output(path, "--machine"); });
  const Machine machine = calibrate(comm, known_machine(comm, arguments), [&](const std::string& text) {
    if (comm.is_root()) say(fmt::format("measuring: {}\n", text));
  });
  agree(comm, [&] {
    if (comm.is_root()) write_atomically(path, machine_text(machine));
  });
  if (comm.is_root()) say(fmt::format("wrote {}\n\n", path));
  return machine;
}

Forecast plan_of(const Communicator& comm, const PlanArguments& arguments, const Machine& machine) {
  const Config config = load_config(comm, *arguments.config, arguments.settings);
  const std::unique_ptr<Task> task = agreed_task(comm, config);
  require_targets_to_learn(config, *task);
  check_start_weights(comm, config, task->channels());
  check_partners(comm, config);
  warn(comm, keys_without_effect(config, task->channels()));
  const int ranks = arguments.ranks.value_or(comm.size());
  const Workload workload = workload_of(config, *task);
  if (arguments.threads_are_free) take_threads_that_pay(comm, workload, ranks);
  const Forecast plan = forecast_run(workload, config.run, *task, Deployment(ranks, thread_count(), machine), machine);
  require_fit(plan, machine);
  return plan;
}

}  // namespace

int plan_command(const Communicator& comm, const PlanArguments& arguments) {
  require(arguments.config || arguments.calibrate,
          "fullforce plan: no CONFIG.toml (needed unless the command only calibrates)");
  require(arguments.config || (arguments.settings.empty() && !arguments.ranks && !arguments.output),
          "fullforce plan: --set, --ranks and --output need a CONFIG.toml to plan for");
  agree(comm, [&] {
    require_output(arguments.output, "--output", {arguments.config, arguments.machine.value_or(default_machine_file)});
  });
  // The configuration is read first, because one that cannot be read must not cost a calibration.
  if (arguments.config && arguments.calibrate)
    agreed_task(comm, load_config(comm, *arguments.config, arguments.settings));
  Machine machine = arguments.calibrate ? calibrated_machine(comm, arguments) : known_machine(comm, arguments);
  if (!arguments.config) return 0;
  machine.most_sharing = ranks_that_may_share_memory(comm);
  const Forecast plan = plan_of(comm, arguments, machine);
  ResultStream printed(comm);
  printed.print(forecast_text(plan, machine));
  agree(comm, [&] {
    if (comm.is_root() && arguments.output) write_atomically(*arguments.output, forecast_json(plan, machine));
  });
  printed.finish();
  return 0;
}

}  // namespace fullforce

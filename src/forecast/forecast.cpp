#include "fullforce/forecast/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory.hpp"

namespace fullforce {
namespace {

/// Memory for code, MPI and HDF5 of one process. It is an assumption on the safe side.
constexpr double program_bytes = 40.0 * (1 << 20);

double bytes_of_rank(const Workload& w, const Deployment& d, const MemoryNeed& trials) {
  return program_bytes + static_cast<double>(w.shape(d.ranks, d.threads, d.sharing).bytes() + trials.rank);
}

bool fits(const Workload& w, const Deployment& d, const MemoryNeed& trials, const Machine& machine) {
  return bytes_of_rank(w, d, trials) * d.ranks_per_node + static_cast<double>(trials.node) <=
         static_cast<double>(machine.memory);
}

/// The fewest ranks on which the run fits, with the same threads on each. The number of ranks is doubled until it does.
/// Returns 0 if a million ranks do not do, because then what every rank holds is too much.
int ranks_that_fit(const Forecast& forecast, const Machine& machine) {
  for (int ranks = forecast.deployment.ranks; ranks <= (1 << 20); ranks *= 2)
    if (fits(forecast.workload, Deployment(ranks, forecast.deployment.threads, machine), forecast.trials, machine))
      return ranks;
  return 0;
}

/// The largest number of neurons, to two digits, that fits where the planned one does not.
Index neurons_that_fit(const Forecast& forecast, const Machine& machine) {
  Workload w = forecast.workload;
  while (w.network.neurons >= 20 && !fits(w, forecast.deployment, forecast.trials, machine)) {
    const Index unit =
        static_cast<Index>(std::pow(10.0, std::floor(std::log10(static_cast<double>(w.network.neurons))) - 1.0));
    w.network.neurons = (w.network.neurons - 1) / unit * unit;
  }
  return w.network.neurons;
}

/// The workload with the share of steps in which some stream begins a trial, if that costs anything.
Workload with_resets(Workload w, const RunOptions& run, const Task& task) {
  if (w.reset == Reset::none) return w;
  w.resets = std::min(1.0, static_cast<double>(w.streams) / mean_length(task, TrialKind::training, run.train_trials));
  return w;
}

double training_seconds(const Workload& workload, const LayoutSeconds& layout, const Machine& machine) {
  return total(step_seconds(workload, StepKind::training, Deployment(layout.ranks, layout.threads, machine), machine));
}

}  // namespace

double Forecast::seconds() const {
  return steps.init * total(init_step) + steps.training * total(training_step) + steps.test * total(test_step) +
         steps.test_init * total(test_init_step) + network_seconds + checkpoint_seconds;
}

Forecast forecast_run(const Workload& workload, const RunOptions& run, const Task& task, const Deployment& d,
                      const Machine& machine) {
  const Workload w = with_resets(workload, run, task);
  const SessionShape shape = w.shape(d.ranks, d.threads);
  Forecast forecast{w, d, shape.plasticity().report()};
  forecast.trials = task.memory() + MemoryNeed{task.bytes_of_streams(w.streams)};
  forecast.bytes_per_rank = bytes_of_rank(w, d, forecast.trials);
  forecast.checkpoint_bytes = shape.file_bytes(true, checkpoints_hold_J_D(w.network, run));
  forecast.network_bytes = shape.file_bytes(false, true);
  forecast.checkpoint_seconds = forecast.checkpoint_bytes / machine.file_bandwidth;
  forecast.network_seconds = forecast.network_bytes / machine.file_bandwidth;
  forecast.steps = run_steps(run, task);
  forecast.init_step = step_seconds(w, StepKind::init, d, machine);
  forecast.training_step = step_seconds(w, StepKind::training, d, machine);
  forecast.test_step = step_seconds(w, StepKind::test, d, machine);
  forecast.test_init_step = step_seconds(w, StepKind::test_init, d, machine);
  forecast.limit_step = limit_seconds(w, StepKind::training, d, machine);
  forecast.training_work = step_work(w, StepKind::training, d.ranks);
  return forecast;
}

int threads_that_pay(const Workload& workload, int ranks, int most, const Machine& machine) {
  constexpr double nearly_as_fast = 1.05;
  std::vector<LayoutSeconds> choices;
  for (int threads = 1; threads < most; threads *= 2) choices.push_back({ranks, threads});
  choices.push_back({ranks, most});
  double least = std::numeric_limits<double>::infinity();
  for (LayoutSeconds& choice : choices) {
    choice.seconds = training_seconds(workload, choice, machine);
    least = std::min(least, choice.seconds);
  }
  return std::ranges::find_if(choices, [&](const LayoutSeconds& c) { return c.seconds <= nearly_as_fast * least; })
      ->threads;
}

std::vector<LayoutSeconds> layouts_of_a_node(const Workload& workload, const Machine& machine) {
  std::vector<LayoutSeconds> layouts;
  const int cores = static_cast<int>(machine.cores);
  for (int threads = 1; threads < cores; threads *= 2) layouts.push_back({1, threads});
  for (int ranks = 1; ranks <= cores; ++ranks)
    if (cores % ranks == 0) layouts.push_back({ranks, cores / ranks});
  for (LayoutSeconds& layout : layouts) layout.seconds = training_seconds(workload, layout, machine);
  return layouts;
}

void require_fit(const Forecast& forecast, const Machine& machine) {
  if (fits(forecast.workload, forecast.deployment, forecast.trials, machine)) return;
  const int ranks = ranks_that_fit(forecast, machine);
  std::string advice = fmt::format("network.neurons = {}", neurons_that_fit(forecast, machine));
  if (ranks > 0)
    advice += fmt::format(", or {} ranks of {} thread(s) on {} nodes", ranks, forecast.deployment.threads,
                          Deployment(ranks, forecast.deployment.threads, machine).nodes());
  if (forecast.workload.learning.precision == Precision::double_precision)
    for (const Precision less : {Precision::mixed, Precision::single_precision}) {
      Workload smaller = forecast.workload;
      smaller.learning.precision = less;
      if (!fits(smaller, forecast.deployment, forecast.trials, machine)) continue;
      advice += fmt::format(", or learning.precision = \"{}\"", to_text(less));
      break;
    }
  throw InputError(fmt::format(
      "network.neurons = {} needs {} a rank, {} on a node of {} rank(s) x {} thread(s), which has {}. What "
      "would fit: {}",
      forecast.workload.network.neurons, bytes_text(forecast.bytes_per_rank), bytes_text(forecast.bytes_per_node()),
      forecast.deployment.ranks_per_node, forecast.deployment.threads, bytes_text(machine.memory), advice));
}

}  // namespace fullforce

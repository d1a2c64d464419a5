#include "fullforce/run/run_plan.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "fullforce/base/check.hpp"
#include "fullforce/run/memory.hpp"
#include "fullforce/run/progress.hpp"
#include "summary.hpp"

namespace fullforce {
namespace {

/// Code, MPI and HDF5 of one process: an assumption, on the safe side.
constexpr double program_bytes = 40.0 * (1 << 20);

double bytes_of_rank(const Workload& w, const Task& task, int ranks) {
  const RowPartition partition(w.network.neurons, ranks);
  return program_bytes + static_cast<double>(bytes_per_rank(partition, w.network, w.learning, task, w.streams));
}

bool fits(const Workload& w, const Task& task, const Deployment& d, const Machine& machine) {
  return bytes_of_rank(w, task, d.ranks) * d.ranks_per_node <= static_cast<double>(machine.memory);
}

/// The fewest ranks of so many threads that fit, doubling; 0 if none up to a million do (what every rank holds is too
/// much).
int ranks_that_fit(const Forecast& plan, const Task& task, const Machine& machine) {
  for (int ranks = plan.deployment.ranks; ranks <= (1 << 20); ranks *= 2)
    if (fits(plan.workload, task, Deployment(ranks, plan.deployment.threads, machine), machine)) return ranks;
  return 0;
}

/// The most neurons, to two digits, that fit where the plan does not.
Index neurons_that_fit(const Forecast& plan, const Task& task, const Machine& machine) {
  Workload w = plan.workload;
  while (w.network.neurons >= 20 && !fits(w, task, plan.deployment, machine)) {
    const Index unit =
        static_cast<Index>(std::pow(10.0, std::floor(std::log10(static_cast<double>(w.network.neurons))) - 1.0));
    w.network.neurons = (w.network.neurons - 1) / unit * unit;
  }
  return w.network.neurons;
}

std::string precision_name(const Workload& w) {
  return w.learning.precision == Precision::single_precision ? "single" : "double";
}
std::string feature_name(const Workload& w) {
  return w.learning.features == FeatureKind::low_rank ? "low-rank" : "dense";
}

std::string time_text(double seconds) {
  if (seconds >= 60.0) return duration_text(seconds);
  if (seconds >= 1.0) return fmt::format("{:.3g} s", seconds);
  return seconds >= 1e-3 ? fmt::format("{:.3g} ms", 1e3 * seconds) : fmt::format("{:.3g} us", 1e6 * seconds);
}

std::string regions_text(const RegionSeconds& phases) {
  std::string text;
  for (std::size_t p = 0; p < region_count; ++p)
    if (phases[p] > 0.0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", region_names[p], time_text(phases[p]));
  return text;
}

std::string part_text(const char* name, double steps, const RegionSeconds& step) {
  return fmt::format("  {:10s} {:12.0f} steps of {:>8s}   {}\n", name, steps, time_text(total(step)),
                     time_text(steps * total(step)));
}

std::string origins_text(const Machine& m) {
  std::string text;
  for (const auto& [what, from] : {std::pair{"node", m.node_from},
                                   {"bandwidth", m.bandwidth_from},
                                   {"steps", m.steps_from},
                                   {"messages within a node", m.within_node_from},
                                   {"messages between nodes", m.between_nodes_from},
                                   {"files", m.files_from}})
    text += fmt::format("  {:24s} {}\n", what, from);
  return text;
}

nlohmann::ordered_json regions_json(const RegionSeconds& phases) {
  nlohmann::ordered_json json = {{"total", total(phases)}};
  for (std::size_t p = 0; p < region_count; ++p) json[std::string(region_names[p])] = phases[p];
  return json;
}

}  // namespace

double Forecast::seconds() const {
  return steps.init * total(init_step) + steps.training * total(training_step) + steps.test * total(test_step) +
         steps.test_init * total(test_init_step) + network_seconds + checkpoint_seconds;
}

Forecast forecast_run(const Workload& w, const RunOptions& run, const Task& task, const Deployment& d,
                      const Machine& machine) {
  Forecast plan{w, d};
  plan.bytes_per_rank = bytes_of_rank(w, task, d.ranks);
  plan.checkpoint_bytes = network_file_bytes(w, task, true);
  plan.network_bytes = network_file_bytes(w, task, false);
  plan.checkpoint_seconds = plan.checkpoint_bytes / machine.file_bandwidth;
  plan.network_seconds = plan.network_bytes / machine.file_bandwidth;
  plan.steps = run_steps(run, task);
  plan.init_step = step_seconds(w, StepKind::init, d, machine);
  plan.training_step = step_seconds(w, StepKind::training, d, machine);
  plan.test_step = step_seconds(w, StepKind::test, d, machine);
  plan.test_init_step = step_seconds(w, StepKind::test_init, d, machine);
  plan.limit_step = limit_seconds(w, StepKind::training, d, machine);
  plan.training_work = step_work(w, StepKind::training, d.ranks);
  return plan;
}

void require_fit(const Forecast& plan, const Task& task, const Machine& machine) {
  if (fits(plan.workload, task, plan.deployment, machine)) return;
  const int ranks = ranks_that_fit(plan, task, machine);
  Workload single = plan.workload;
  single.learning.precision = Precision::single_precision;
  std::string advice = fmt::format("network.neurons = {}", neurons_that_fit(plan, task, machine));
  if (ranks > 0)
    advice += fmt::format(", or {} ranks of {} thread(s) on {} nodes", ranks, plan.deployment.threads,
                          Deployment(ranks, plan.deployment.threads, machine).nodes());
  if (plan.workload.learning.precision != single.learning.precision && fits(single, task, plan.deployment, machine))
    advice += ", or learning.precision = \"single\"";
  throw InputError(
      fmt::format("network.neurons = {} needs {} a rank, {} on a node of {} rank(s) x {} thread(s), which has {}. What "
                  "would fit: {}",
                  plan.workload.network.neurons, bytes_text(plan.bytes_per_rank), bytes_text(plan.bytes_per_node()),
                  plan.deployment.ranks_per_node, plan.deployment.threads,
                  bytes_text(static_cast<double>(machine.memory)), advice));
}

std::string forecast_text(const Forecast& plan, const Machine& machine) {
  const Workload& w = plan.workload;
  const Deployment& d = plan.deployment;
  const double step = total(plan.training_step);
  std::string text = fmt::format(
      "{} neurons, {}, {}, {} precision, {} stream(s), on {} rank(s) x {} thread(s): {} node(s) of {} "
      "core(s)\n",
      w.network.neurons, w.learning.rule == Rule::full_force ? "full-FORCE" : "FORCE", features_text(w.learning),
      precision_name(w), w.streams, d.ranks, d.threads, d.nodes(), machine.cores);
  if (w.learning.features == FeatureKind::low_rank)
    text +=
        fmt::format("rank         up to learning.max_rank = {}: a run that finds fewer directions takes less of all\n",
                    w.learning.max_rank);
  text += fmt::format("memory       {} a rank, {} a node, which has {}\n", bytes_text(plan.bytes_per_rank),
                      bytes_text(plan.bytes_per_node()), bytes_text(static_cast<double>(machine.memory)));
  text += fmt::format("checkpoint   {}, {}; network.h5 {}\n", bytes_text(plan.checkpoint_bytes),
                      time_text(plan.checkpoint_seconds), bytes_text(plan.network_bytes));
  text += fmt::format("training     {} a step, {} a sample: {}\n", time_text(step),
                      time_text(step / static_cast<double>(w.streams)), regions_text(plan.training_step));
  text += fmt::format(
      "limit        {} a step ({} of the matrices, {:.4g} GFLOP, over all ranks): the step is at {:.0f} % of it\n",
      time_text(plan.limit_step), bytes_text(plan.training_work.bytes), 1e-9 * plan.training_work.operations,
      100.0 * plan.limit_step / step);
  text += "run\n" + part_text("init", plan.steps.init, plan.init_step) +
          part_text("training", plan.steps.training, plan.training_step) +
          part_text("test init", plan.steps.test_init, plan.test_init_step) +
          part_text("test", plan.steps.test, plan.test_step);
  text += fmt::format("  in all     {} with network.h5 and the last checkpoint, without those in between\n",
                      time_text(plan.seconds()));
  return text + "constants of the machine\n" + origins_text(machine);
}

std::string forecast_json(const Forecast& plan, const Machine& machine) {
  const Workload& w = plan.workload;
  nlohmann::ordered_json json;
  json["neurons"] = w.network.neurons;
  json["ranks"] = plan.deployment.ranks;
  json["threads"] = plan.deployment.threads;
  json["nodes"] = plan.deployment.nodes();
  json["streams"] = w.streams;
  json["features"] = feature_name(w);
  if (w.learning.features == FeatureKind::low_rank) json["max_rank"] = w.learning.max_rank;
  json["target_modes"] = w.learning.target_modes;
  json["precision"] = precision_name(w);
  json["memory"] = {{"bytes_per_rank", plan.bytes_per_rank},
                    {"bytes_per_node", plan.bytes_per_node()},
                    {"node_bytes", machine.memory}};
  json["files"] = {{"checkpoint_bytes", plan.checkpoint_bytes},
                   {"checkpoint_seconds", plan.checkpoint_seconds},
                   {"network_bytes", plan.network_bytes}};
  json["seconds_per_step"] = {{"init", regions_json(plan.init_step)},
                              {"training", regions_json(plan.training_step)},
                              {"test_init", regions_json(plan.test_init_step)},
                              {"test", regions_json(plan.test_step)}};
  json["limit"] = {{"seconds_per_step", plan.limit_step},
                   {"operations_per_step", plan.training_work.operations},
                   {"bytes_per_step", plan.training_work.bytes}};
  json["steps"] = {{"init", plan.steps.init},
                   {"training", plan.steps.training},
                   {"test_init", plan.steps.test_init},
                   {"test", plan.steps.test}};
  json["seconds"] = plan.seconds();
  json["machine"] = nlohmann::ordered_json::parse(machine_text(machine));
  return json.dump(2) + "\n";
}

}  // namespace fullforce

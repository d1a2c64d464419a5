#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "fullforce/base/memory.hpp"
#include "fullforce/forecast/forecast.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/progress.hpp"

namespace fullforce {
namespace {

std::string time_text(double seconds) {
  if (seconds >= 60.0) return duration_text(seconds);
  if (seconds >= 1.0) return fmt::format("{:.3g} s", seconds);
  return seconds >= 1e-3 ? fmt::format("{:.3g} ms", 1e3 * seconds) : fmt::format("{:.3g} us", 1e6 * seconds);
}

std::string regions_text(const RegionSeconds& seconds) {
  std::string text;
  for (std::size_t r = 0; r < region_count; ++r)
    if (seconds[r] > 0.0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", names_of<TimerRegion>[r], time_text(seconds[r]));
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

/// How long a training step takes on one node with a part of its cores, and with all of them divided into ranks and
/// threads in different ways.
std::string layouts_text(const Workload& w, const Machine& machine) {
  std::string text;
  for (const LayoutSeconds& layout : layouts_of_a_node(w, machine))
    text +=
        fmt::format("{}{} x {} {}", text.empty() ? "" : ", ", layout.ranks, layout.threads, time_text(layout.seconds));
  return fmt::format("one node     a step on ranks x threads: {}\n", text);
}

nlohmann::ordered_json regions_json(const RegionSeconds& seconds) {
  nlohmann::ordered_json json = {{"total", total(seconds)}};
  for (std::size_t r = 0; r < region_count; ++r) json[std::string(names_of<TimerRegion>[r])] = seconds[r];
  return json;
}

/// How ranks exchange rates and sums, where there are several.
std::string exchange_text(const Deployment& d) {
  if (d.ranks == 1) return "";
  if (d.sharing == 1) return fmt::format("exchange     messages between {} ranks\n", d.ranks);
  const std::string between =
      d.senders() > 1 ? fmt::format(", and messages between the first ranks of {} such groups", d.senders()) : "";
  return fmt::format("exchange     through memory that {} ranks share{}\n", d.sharing, between);
}

/// The part of a node's memory that its ranks hold once together.
std::string trials_text(const MemoryNeed& trials) {
  return trials.node > 0 ? fmt::format(" (with {} of trials)", bytes_text(trials.node)) : "";
}

}  // namespace

std::string forecast_text(const Forecast& forecast, const Machine& machine) {
  const Workload& w = forecast.workload;
  const Deployment& d = forecast.deployment;
  const double step = total(forecast.training_step);
  std::string text = fmt::format(
      "{} neurons, {}, {}, {} precision, {} stream(s), on {} rank(s) x {} thread(s): {} node(s) of {} "
      "core(s)\n",
      w.network.neurons, title_of(w.learning.rule), features_text(w.learning), to_text(w.learning.precision), w.streams,
      d.ranks, d.threads, d.nodes(), machine.cores);
  text += forecast.plasticity.text;
  text += fmt::format("memory       {} a rank, {} a node{}, which has {}\n", bytes_text(forecast.bytes_per_rank),
                      bytes_text(forecast.bytes_per_node()), trials_text(forecast.trials), bytes_text(machine.memory));
  text += exchange_text(d);
  text += fmt::format("checkpoint   {}, {}; network.h5 {}\n", bytes_text(forecast.checkpoint_bytes),
                      time_text(forecast.checkpoint_seconds), bytes_text(forecast.network_bytes));
  text += fmt::format("training     {} a step, {} a sample: {}\n", time_text(step),
                      time_text(step / static_cast<double>(w.streams)), regions_text(forecast.training_step));
  text += fmt::format(
      "limit        {} a step ({} of the matrices, {:.4g} GFLOP, over all ranks): the step is at {:.0f} % of it\n",
      time_text(forecast.limit_step), bytes_text(forecast.training_work.bytes),
      1e-9 * forecast.training_work.operations, 100.0 * forecast.limit_step / step);
  text += layouts_text(w, machine);
  text += "run\n" + part_text("init", forecast.steps.init, forecast.init_step) +
          part_text("training", forecast.steps.training, forecast.training_step) +
          part_text("test init", forecast.steps.test_init, forecast.test_init_step) +
          part_text("test", forecast.steps.test, forecast.test_step);
  text += fmt::format("  in all     {} with network.h5 and the last checkpoint, without those in between\n",
                      time_text(forecast.seconds()));
  return text + "constants of the machine\n" + origins_text(machine);
}

std::string forecast_json(const Forecast& forecast, const Machine& machine) {
  const Workload& w = forecast.workload;
  nlohmann::ordered_json json;
  json["neurons"] = w.network.neurons;
  json["ranks"] = forecast.deployment.ranks;
  json["threads"] = forecast.deployment.threads;
  json["nodes"] = forecast.deployment.nodes();
  json["ranks_sharing_memory"] = forecast.deployment.sharing;
  json["streams"] = w.streams;
  json["features"] = to_text(w.learning.features);
  for (const PlasticityReport::Number& number : forecast.plasticity.numbers)
    std::visit([&](auto value) { json[number.name] = value; }, number.value);
  json["precision"] = to_text(w.learning.precision);
  json["memory"] = {{"bytes_per_rank", forecast.bytes_per_rank},
                    {"bytes_per_node", forecast.bytes_per_node()},
                    {"trials_bytes_per_node", forecast.trials.node},
                    {"node_bytes", machine.memory}};
  json["files"] = {{"checkpoint_bytes", forecast.checkpoint_bytes},
                   {"checkpoint_seconds", forecast.checkpoint_seconds},
                   {"network_bytes", forecast.network_bytes}};
  json["seconds_per_step"] = {{"init", regions_json(forecast.init_step)},
                              {"training", regions_json(forecast.training_step)},
                              {"test_init", regions_json(forecast.test_init_step)},
                              {"test", regions_json(forecast.test_step)}};
  json["limit"] = {{"seconds_per_step", forecast.limit_step},
                   {"operations_per_step", forecast.training_work.operations},
                   {"bytes_per_step", forecast.training_work.bytes}};
  for (const LayoutSeconds& layout : layouts_of_a_node(w, machine))
    json["one_node"].push_back(
        {{"ranks", layout.ranks}, {"threads", layout.threads}, {"seconds_per_step", layout.seconds}});
  json["steps"] = {{"init", forecast.steps.init},
                   {"training", forecast.steps.training},
                   {"test_init", forecast.steps.test_init},
                   {"test", forecast.steps.test}};
  json["seconds"] = forecast.seconds();
  json["machine"] = json_of(machine_text(machine));
  return json_text(json) + "\n";
}

}  // namespace fullforce

#include "fullforce/forecast/machine.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/json_text.hpp"

namespace fullforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index format_version = 1;
constexpr const char* format_name = "fullforce-machine";

/// Calls `visit(section, name, value)` for every constant. Writing and reading share this one list.
template <class M, class Visit>
void for_each_constant(M& m, const Visit& visit) {
  visit("node", "from", m.node_from);
  visit("node", "cores", m.cores);
  visit("node", "memory_bytes", m.memory);
  visit("bandwidth", "from", m.bandwidth_from);
  visit("bandwidth", "cores", m.bandwidth_cores);
  visit("bandwidth", "core_bytes_per_second", m.core_bandwidth);
  visit("bandwidth", "node_bytes_per_second", m.node_bandwidth);
  visit("steps", "from", m.steps_from);
  visit("steps", "thread_doubling_seconds", m.threads);
  const auto visit_steps = [&](const char* section, auto& steps) {
    visit(section, "matrix_product_flops", steps.product_rate);
    visit(section, "product_seconds", steps.product);
    visit(section, "flush_seconds", steps.flush);
    for (const TimerRegion phase :
         {TimerRegion::target_network, TimerRegion::products, TimerRegion::updates, TimerRegion::rest})
      visit(section, fmt::format("row_seconds_{}", names_of<TimerRegion>[as_size(phase)]), steps.rows[as_size(phase)]);
    visit(section, "fixed_seconds", steps.fixed);
  };
  visit_steps("double", m.double_precision);
  visit_steps("single", m.single_precision);
  const auto visit_messages = [&](const char* section, auto& messages, auto& from) {
    visit(section, "from", from);
    visit(section, "latency_seconds", messages.latency);
    visit(section, "bytes_per_second", messages.bandwidth);
  };
  visit_messages("messages_within_node", m.within_node, m.within_node_from);
  visit_messages("messages_between_nodes", m.between_nodes, m.between_nodes_from);
  visit("files", "from", m.files_from);
  visit("files", "bytes_per_second", m.file_bandwidth);
}

/// Throws InputError unless a time can be computed from what a user wrote.
void require_sound(const std::string& where, double value) {
  require(std::isfinite(value) && value >= 0.0, "{} = {} (must be a finite number, not negative)", where, value);
}
void require_sound(const std::string& where, Index value) {
  require(value >= 1, "{} = {} (must be at least 1)", where, value);
}
template <std::size_t points>
void require_sound(const std::string& where, const Samples<points>& values) {
  for (const double value : values) require_sound(where, value);
}
void require_sound(const std::string&, const std::string&) {}

/// Whether the constant is a rate. Times are divided by rates, so they must not be zero.
bool is_rate(const std::string& name) {
  return name.find("bytes_per_second") != std::string::npos || name.find("flops") != std::string::npos;
}

void require_rate(const std::string& where, double value) {
  require(value > 0.0, "{} = {} (must be positive)", where, value);
}
template <std::size_t points>
void require_rate(const std::string& where, const Samples<points>& values) {
  for (const double value : values) require_rate(where, value);
}
template <class Other>
void require_rate(const std::string&, const Other&) {}

template <class Value>
void read_constant(const Json& json, const std::string& where, Value& value) {
  try {
    if constexpr (std::is_same_v<Value, Index>)
      require(json.is_number_integer(), "{} (must be an integer)", where);
    else if constexpr (!std::is_same_v<Value, std::string> && !std::is_same_v<Value, double>)
      require(json.size() == value.size(), "{} (must be a list of {}: measure again with --calibrate)", where,
              value.size());
    json.get_to(value);
  } catch (const Json::exception&) {
    throw InputError(fmt::format("{}: is of another type than fullforce plan --calibrate writes", where));
  }
}

void require_known_names(const Json& json, const Machine& machine, const std::string& file) {
  Json known = {{"format", 0}, {"format_version", 0}};
  for_each_constant(machine,
                    [&](const char* section, const std::string& name, const auto&) { known[section][name] = 0; });
  for (const auto& [section, values] : json.items()) {
    require(known.contains(section), "{}: unknown name {}", file, section);
    if (!known[section].is_object()) continue;
    require(values.is_object(), "{}: {} (must hold names and values)", file, section);
    for (const auto& [name, value] : values.items())
      require(known[section].contains(name), "{}: unknown name {}.{}", file, section, name);
  }
}

/// These constants are those of a server core of 2020 or later with a 512-bit vector unit.
StepConstants assumed_steps(double scalar_bytes) {
  const double size = scalar_bytes / 8.0;
  StepConstants steps;
  steps.product_rate = 50e9 / size;
  steps.product = {0.12e-9 * size, 0.28e-9 * size, 1.0e-9 * size, 2.0e-9 * size};
  steps.flush = 0.06e-9 * size;
  const auto rows = [&](TimerRegion phase) -> OverStreams& { return steps.rows[as_size(phase)]; };
  rows(TimerRegion::target_network) = {5e-9, 20e-9, 80e-9, 160e-9};
  rows(TimerRegion::products) = {25e-9, 100e-9, 500e-9, 1300e-9};
  rows(TimerRegion::updates) = {10e-9, 25e-9, 150e-9, 500e-9};
  rows(TimerRegion::rest) = {20e-9, 100e-9, 400e-9, 800e-9};
  steps.fixed = {2e-6, 3e-6, 10e-6, 30e-6};
  return steps;
}

}  // namespace

double interpolate(std::span<const double> at, std::span<const double> values, double x) {
  std::size_t k = 1;
  while (k + 1 < at.size() && x > at[k]) ++k;
  const double share = (x - at[k - 1]) / (at[k] - at[k - 1]);
  return std::max(values[k - 1] + share * (values[k] - values[k - 1]), 0.0);
}

Machine assumed_machine() {
  Machine machine;
  for (std::string* from : {&machine.node_from, &machine.bandwidth_from, &machine.steps_from, &machine.within_node_from,
                            &machine.between_nodes_from, &machine.files_from})
    *from = "assumed";
  machine.node_from = "this node";
  machine.cores = core_count();
  machine.memory = memory_of_node();
  machine.core_bandwidth = {60e9, 50e9, 45e9, 40e9, 35e9, 30e9, 25e9, 25e9, 20e9, 15e9};
  machine.bandwidth_cores = machine.cores;
  const double cores = static_cast<double>(machine.cores);
  machine.node_bandwidth = {60e9, 50e9, 45e9, 40e9, 30e9, 25e9, 20e9, 15e9, 10e9, 6e9};
  for (double& rate : machine.node_bandwidth) rate *= cores;
  machine.double_precision = assumed_steps(8.0);
  machine.single_precision = assumed_steps(4.0);
  machine.threads = 3e-6;
  machine.within_node = {1e-6, 4e9};
  machine.between_nodes = {2e-6, 10e9};
  machine.file_bandwidth = 500e6;
  return machine;
}

std::string machine_text(const Machine& machine) {
  Json json = {{"format", format_name}, {"format_version", format_version}};
  for_each_constant(
      machine, [&](const char* section, const std::string& name, const auto& value) { json[section][name] = value; });
  return json_text(json) + "\n";
}

Machine parse_machine(const std::string& text, const std::string& name) {
  const Json json = json_of(text);
  require(json.is_object() && json.value("format", Json()) == format_name,
          "{}: is not a file of machine constants (fullforce plan --calibrate writes one)", name);
  require(json.value("format_version", Json()) == format_version,
          "{}: format_version is not {}, which this program reads", name, format_version);
  Machine machine = assumed_machine();
  require_known_names(json, machine, name);
  for_each_constant(machine, [&](const char* section, const std::string& key, auto& value) {
    if (!json.contains(section) || !json[section].contains(key)) return;
    const std::string where = fmt::format("{}: {}.{}", name, section, key);
    read_constant(json[section][key], where, value);
    require_sound(where, value);
    if (is_rate(key)) require_rate(where, value);
  });
  return machine;
}

}  // namespace fullforce

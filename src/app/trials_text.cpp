#include "trials_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace fullforce {
namespace {

constexpr std::size_t most_conditions = 20;

std::string named_channels(const char* kind, const std::vector<std::string>& names) {
  return names.empty() ? std::string() : fmt::format("  names of {}: {}\n", kind, fmt::join(names, ", "));
}

std::string conditions_text(const std::vector<std::string>& conditions) {
  std::map<std::string, Index> trials;
  for (const std::string& condition : conditions) ++trials[condition];
  if (trials.empty()) return {};
  std::vector<std::string> parts;
  for (const auto& [condition, count] : trials)
    if (parts.size() < most_conditions)
      parts.push_back(fmt::format("{} ({} trials)", condition.empty() ? "none" : condition, count));
  const std::string more =
      trials.size() > parts.size() ? fmt::format(", and {} more", trials.size() - parts.size()) : "";
  return fmt::format("  {} condition(s): {}{}\n", trials.size(), fmt::join(parts, ", "), more);
}

std::string neurons_text(const TrialsData& data) {
  if (data.n_neuron == 0) return {};
  return fmt::format("  targets of {} neuron(s){}\n", data.n_neuron,
                     data.target_neurons.empty() ? "" : ", which target_neurons lists");
}

std::string masks_text(const TrialsData& data) {
  const auto left_out = std::count(data.masks.begin(), data.masks.end(), std::uint8_t{0});
  if (left_out == 0) return {};
  return fmt::format("  masks leave out {:.3g} % of the target samples\n",
                     100.0 * static_cast<double>(left_out) / static_cast<double>(data.masks.size()));
}

}  // namespace

std::string trials_text(const std::string& path, const TrialsData& data) {
  const auto [shortest, longest] = std::minmax_element(data.lengths.begin(), data.lengths.end());
  return fmt::format(
             "{}: fullforce trials, whole: {} trials of {} to {} steps of {} s; {} input(s), {} output(s), {} "
             "hint(s)\n",
             path, data.lengths.size(), *shortest, *longest, data.dt, data.n_in, data.n_out, data.n_hint) +
         named_channels("inputs", data.names.inputs) + named_channels("outputs", data.names.outputs) +
         named_channels("hints", data.names.hints) + conditions_text(data.conditions) + neurons_text(data) +
         masks_text(data) + fmt::format("  {} steps in all; fingerprint {}\n", data.steps(), fingerprint(data));
}

}  // namespace fullforce

#include "start_weights.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/learning/inverse_correlation.hpp"
#include "fullforce/learning/plastic_neurons.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/network_file.hpp"
#include "inputs.hpp"

namespace fullforce {
namespace {

/// The keys that give weights their shape, type and meaning.
constexpr std::array<std::string_view, 6> of_weights = {"network.neurons",    "network.in_degree",
                                                        "learning.rule",      "learning.features",
                                                        "learning.precision", "learning.target_modes"};
/// Those that do so with sparse features.
constexpr std::array<std::string_view, 4> of_groups = {"network.static_in_degree", "learning.group",
                                                       "learning.plastic_in_degree", "learning.readout_inputs"};

template <class Keys>
void require_same(const Config& saved, const Config& config, const Keys& keys, const std::string& why) {
  std::string differences;
  for (const ConfigDifference& difference : config_differences(saved, config))
    for (const std::string_view key : keys)
      if (difference.key == key)
        differences += fmt::format("\n  {} = {} in the file, {} now", key, difference.first, difference.second);
  require(differences.empty(), "{} {}:{}", config.run.start_from, why, differences);
}

void require_channels(const Channels& network, const Channels& task, const std::string& file) {
  const auto expect = [&](const char* what, Index found, Index expected) {
    require(found == expected, "{} has {} {}(s), and the task has {} (take a network of a task with the same channels)",
            file, found, what, expected);
  };
  expect("input", network.inputs, task.inputs);
  expect("output", network.outputs, task.outputs);
  expect("hint", network.hints, task.hints);
}

/// Throws InputError if J_D is not in the file and would be drawn otherwise than for the network in it. J_D of a
/// network that itself started from a file is always in it.
void require_J_D(const NetworkFileHeader& header, const Config& saved, const Config& config) {
  if (header.has_J_D || target_source(config.task) != TargetSource::generator) return;
  require(
      target_source(saved.task) == TargetSource::generator,
      "has no target-generating network, which this configuration needs (take a network that learned from one, or set "
      "task.target = \"{}\")",
      to_text(saved.task.target));
  std::vector<std::string_view> of_draws = {"run.seed", "network.gain", "network.target_signs"};
  if (config.network.target_signs == Signs::dale) of_draws.push_back("network.excitatory_fraction");
  require_same(saved, config, of_draws,
               "has no J_D, which is drawn again and needs the keys of that run (give them, or take a network.h5 that "
               "was written without --no-target)");
}

/// The keys on which P and what goes with it depend. No element of P may be larger than 1/alpha.
std::vector<std::string_view> keys_of_P(const LearningOptions& learning) {
  std::vector<std::string_view> keys = {"learning.alpha", "learning.forgetting", "network.nonlinearity"};
  if (learning.features != FeatureKind::sparse || !learns_recurrent(learning.rule)) return keys;
  keys.insert(keys.end(), {"learning.signs", "learning.class_penalty"});
  if (learning.signs == Signs::dale || learning.class_penalty > 0.0) keys.push_back("network.excitatory_fraction");
  return keys;
}

/// Throws InputError unless learning can go on with P of the file.
void require_P(const NetworkFileHeader& header, const Config& saved, const Config& config) {
  if (!config.run.keep_P) return;
  require(header.has_P,
          "run.keep_P = true, but {} holds no inverse correlation matrix P (use run.keep_P = false, or a file that "
          "training wrote)",
          config.run.start_from);
  require_same(saved, config, keys_of_P(config.learning),
               "has a P of other keys, which run.keep_P = true does not allow");
}

/// Throws InputError unless the same groups have a P in the file and in this configuration.
void require_same_groups(const NetworkFileHeader& header, const Config& config, const Channels& channels) {
  const LearningOptions& learning = config.learning;
  if (!config.run.keep_P || learning.features != FeatureKind::sparse || !learns_recurrent(learning.rule)) return;
  const Index neurons = config.network.neurons, group = std::min(learning.group, neurons);
  const PlasticNeurons plastic = plastic_neurons(learning, neurons, target_source(config.task), channels);
  const Index groups = (std::min(plastic.end, neurons) + group - 1) / group;
  require(header.rows_of_P == groups,
          "{} has a P of {} group(s) of neurons, and {} learn(s) now, which run.keep_P = true does not allow (let as "
          "many neurons learn as in that run: learning.plastic_fraction, or the neurons that have targets)",
          config.run.start_from, header.rows_of_P, groups);
}

/// Throws InputError unless there is room for the basis and for the pending updates of the file.
void require_room(const NetworkFileHeader& header, const Config& config) {
  const LearningOptions& learning = config.learning;
  require(learning.features != FeatureKind::low_rank ||
              header.features <= std::min(learning.max_rank, config.network.neurons),
          "{} has a basis of {} directions, which learning.max_rank = {} has no room for", config.run.start_from,
          header.features, learning.max_rank);
  require(
      header.pending <= longest_panel(learning.panel, config.run.streams),
      "{} has {} pending updates, which learning.panel = {} has no room for (give a longer panel, or the network.h5 of "
      "that run)",
      config.run.start_from, header.pending, learning.panel);
}

std::string source_of(const Communicator& comm, const std::string& file) {
  std::string text;
  agree(comm, [&] {
    if (!comm.is_root()) return;
    const nlohmann::ordered_json json = {{"path", file}, {"seal", seal_of(file)}};
    text = json_text(json, -1);
  });
  comm.broadcast(text);
  return text;
}

}  // namespace

StartWeights check_start_weights(const Communicator& comm, const Config& config, const Channels& channels) {
  const std::string& file = config.run.start_from;
  if (file.empty()) return {};
  try {
    require_network_file(comm, file);
    const NetworkFileHeader header = read_network_header(comm, file);
    const Config saved = parse_sealed_config(header.config, file);
    require_same(saved, config, of_weights, "has weights of another kind than this configuration");
    if (config.learning.features == FeatureKind::sparse)
      require_same(saved, config, of_groups, "has other groups or inputs than this configuration");
    require_channels(header.channels, channels, file);
    require_J_D(header, saved, config);
    require_P(header, saved, config);
    require_same_groups(header, config, channels);
    require_room(header, config);
    const std::string damage = damage_of(comm, file);
    require(damage.empty(), "{}", damage);
    return {source_of(comm, file), header.learned_trials.value_or(std::vector<std::int64_t>{})};
  } catch (const InputError& error) {
    throw InputError(fmt::format("run.start_from: {}", error.what()));
  }
}

}  // namespace fullforce

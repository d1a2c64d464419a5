#include <fmt/format.h>

#include <array>

#include "fullforce/config/config.hpp"
#include "keys.hpp"

namespace fullforce {
namespace {

/// A key that has no effect in some configurations: with `what`, where `unused` holds. `problem` says it in other words
/// where another value of the key would have the same effect.
struct Unused {
  std::string_view key;
  bool (*unused)(const Config& config, const Channels& channels);
  std::string_view what;
  std::string_view problem = "has no effect";
};

bool is_task(const Config& config, std::string_view name) { return config.task.name == name; }

bool has_no_delays(const Config& config, const Channels&) {
  return is_task(config, "oscillation") || is_task(config, "file");
}

bool has_no_basis(const Config& config, const Channels&) {
  return config.learning.features != FeatureKind::low_rank && config.learning.target_modes == 0;
}

bool is_sparse(const Config& config) { return config.learning.features == FeatureKind::sparse; }

bool is_not_sparse(const Config& config, const Channels&) { return !is_sparse(config); }

/// FORCE learns the readout alone, and its neurons read no partners.
bool has_no_groups(const Config& config, const Channels&) {
  return is_sparse(config) && !learns_recurrent(config.learning.rule);
}

bool learns_no_currents(const Config& config, const Channels& channels) {
  return !learns_recurrent(config.learning.rule) && channels.hints > 0;
}

bool trains_nothing(const Config& config, const Channels&) { return config.run.train_trials == 0; }

bool never_learns(const Config& config, const Channels&) {
  return config.learning.update_probability == 0.0 || config.run.train_trials == 0;
}

/// The basis of the currents from which target modes come is filled by the init trials, even where nothing is learned.
bool never_fills_its_basis(const Config& config, const Channels& channels) {
  return never_learns(config, channels) && config.learning.target_modes == 0 && !has_no_basis(config, channels);
}

bool takes_weights(const Config& config, const Channels&) { return !config.run.start_from.empty(); }

bool is_mixed_in_vain(const Config& config, const Channels&) {
  return config.learning.precision == Precision::mixed && config.learning.features == FeatureKind::low_rank;
}

bool has_no_generator(const Config& config, const Channels&) {
  return target_source(config.task) != TargetSource::generator;
}
constexpr std::string_view no_generator = "targets of neurons from a file, which need no target-generating network";
constexpr std::string_view features_not_sparse = "features that are not sparse";
constexpr std::string_view force_learns_readout = "learning.rule = \"force\", which learns the readout alone";

bool learns_readout_alone(const Config& config, const Channels&) { return !learns_recurrent(config.learning.rule); }

/// Whether nothing depends on which neurons are excitatory.
bool has_no_signs(const Config& config, const Channels& channels) {
  const bool in_target = config.network.target_signs == Signs::dale && !has_no_generator(config, channels);
  const bool in_groups = is_sparse(config) && learns_recurrent(config.learning.rule);
  return !in_target && !(in_groups && (config.learning.signs == Signs::dale || config.learning.class_penalty > 0.0));
}

constexpr std::array rules{
    Unused{"task.version", [](const Config& c, const Channels&) { return !is_task(c, "oscillation"); },
           "a task other than \"oscillation\""},
    Unused{"task.hint", [](const Config& c, const Channels&) { return is_task(c, "oscillation"); },
           "task.name = \"oscillation\", which has no hint"},
    Unused{"task.pulse", has_no_delays, "a task that has no delays"},
    Unused{"task.delay_min", has_no_delays, "a task that has no delays"},
    Unused{"task.delay_max", has_no_delays, "a task that has no delays"},
    Unused{"task.pause_min", has_no_delays, "a task that has no delays"},
    Unused{"task.pause_random", has_no_delays, "a task that has no delays"},
    Unused{"task.file", [](const Config& c, const Channels&) { return !is_task(c, "file"); },
           "a task other than \"file\""},
    Unused{"task.test_file", [](const Config& c, const Channels&) { return !is_task(c, "file"); },
           "a task other than \"file\""},
    Unused{"task.target", [](const Config& c, const Channels&) { return !is_task(c, "file"); },
           "a task other than \"file\""},
    Unused{"task.hint", has_no_generator, no_generator},
    Unused{"network.in_degree", has_no_generator, no_generator},
    Unused{"network.output_gain", has_no_generator, no_generator},
    Unused{"learning.plastic_fraction", has_no_generator,
           "targets of neurons from a file, which says which neurons learn"},
    Unused{"learning.plastic_fraction", learns_readout_alone, force_learns_readout},
    Unused{"task.test_file", [](const Config& c, const Channels&) { return c.run.test_trials == 0; },
           "run.test_trials = 0"},
    Unused{"run.keep_P", [](const Config& c, const Channels&) { return c.run.start_from.empty(); },
           "run.start_from = \"\""},
    Unused{"network.gain", takes_weights, "run.start_from, whose J_D is taken"},
    Unused{"network.input_gain", takes_weights, "run.start_from, whose u_in is taken"},
    Unused{"network.output_gain", takes_weights, "run.start_from, whose u_out is taken"},
    Unused{"network.hint_gain", takes_weights, "run.start_from, whose u_hint is taken"},
    Unused{"network.input_gain", [](const Config&, const Channels& channels) { return channels.inputs == 0; },
           "a task without inputs"},
    Unused{"network.hint_gain", [](const Config&, const Channels& channels) { return channels.hints == 0; },
           "a task without hints"},
    Unused{"task.hint", learns_no_currents, "learning.rule = \"force\", which learns no target currents"},
    Unused{"network.hint_gain", learns_no_currents, "learning.rule = \"force\", which learns no target currents"},
    Unused{"learning.update_probability", trains_nothing, "run.train_trials = 0"},
    Unused{"learning.rank_tolerance", has_no_basis, "features that are not low-rank and without target modes"},
    Unused{"learning.max_rank", has_no_basis, "features that are not low-rank and without target modes"},
    Unused{"learning.rank_tolerance", never_fills_its_basis, "learning.update_probability = 0 or run.train_trials = 0"},
    Unused{"learning.max_rank", never_fills_its_basis, "learning.update_probability = 0 or run.train_trials = 0"},
    Unused{"learning.alpha", never_learns, "learning.update_probability = 0 or run.train_trials = 0"},
    Unused{"learning.forgetting", never_learns, "learning.update_probability = 0 or run.train_trials = 0"},
    Unused{"learning.panel", never_learns, "learning.update_probability = 0 or run.train_trials = 0"},
    Unused{"learning.precision", is_mixed_in_vain,
           "learning.features = \"low-rank\", where the inverse correlation matrix is always in double precision",
           "has the same effect as \"single\""},
    Unused{"learning.plastic_in_degree", is_not_sparse, features_not_sparse},
    Unused{"learning.group", is_not_sparse, features_not_sparse},
    Unused{"learning.readout_inputs", is_not_sparse, features_not_sparse},
    Unused{"learning.partners", is_not_sparse, features_not_sparse},
    Unused{"network.static_in_degree", is_not_sparse, features_not_sparse},
    Unused{"network.static_gain",
           [](const Config& c, const Channels&) { return !is_sparse(c) || c.network.static_in_degree == 0; },
           "network.static_in_degree = 0 or features that are not sparse"},
    Unused{"learning.class_penalty", is_not_sparse, features_not_sparse},
    Unused{"learning.class_penalty", never_learns, "learning.update_probability = 0 or run.train_trials = 0"},
    Unused{"network.excitatory_fraction", has_no_signs,
           "neurons without signs (learning.signs, network.target_signs, learning.class_penalty)"},
    Unused{"network.target_signs", has_no_generator, no_generator},
    Unused{"network.target_signs", takes_weights, "run.start_from, whose J_D is taken"},
    Unused{"learning.signs", learns_readout_alone, force_learns_readout},
    Unused{"learning.class_penalty", has_no_groups, force_learns_readout},
    Unused{"learning.plastic_in_degree", has_no_groups, force_learns_readout},
    Unused{"learning.group", has_no_groups, force_learns_readout},
    Unused{"learning.partners", has_no_groups, force_learns_readout},
    Unused{"network.static_in_degree", has_no_groups, force_learns_readout},
    Unused{"learning.partners",
           [](const Config& c, const Channels& channels) { return is_sparse(c) && takes_weights(c, channels); },
           "run.start_from, whose partners are taken"},
    Unused{"network.static_gain",
           [](const Config& c, const Channels& channels) {
             return is_sparse(c) && c.network.static_in_degree > 0 && takes_weights(c, channels);
           },
           "run.start_from, whose J_s is taken"},
};

/// The key of a rule.
const Key& key_of(const Unused& rule) {
  const std::size_t dot = rule.key.find('.');
  return *find_key(rule.key.substr(0, dot), rule.key.substr(dot + 1));
}

}  // namespace

std::vector<std::string> keys_without_effect(const Config& config, const Channels& channels) {
  std::vector<std::string> found;
  for (const Unused& rule : rules) {
    const Key& key = key_of(rule);
    if (key.get(config) != key.get(Config{}) && rule.unused(config, channels))
      found.push_back(fmt::format("{} = {} {} with {}", rule.key, to_toml(key.get(config)), rule.problem, rule.what));
  }
  return found;
}

}  // namespace fullforce

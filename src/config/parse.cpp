#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "fullforce/base/check.hpp"
#include "fullforce/base/nearest.hpp"
#include "fullforce/config/config.hpp"
#include "fullforce/model/neuron_signs.hpp"
#include "keys.hpp"

namespace fullforce {
namespace {

/// Where a setting stands, as messages name it: "run.toml:12" or "--set".
using Place = std::string;

Place place_in(const std::string& file, const toml::source_region& region) {
  return fmt::format("{}:{}", file, region.begin.line);
}

std::optional<Value> value_of(const toml::node& node) {
  if (node.is_boolean()) return Value(node.as_boolean()->get());
  if (node.is_integer()) return Value(node.as_integer()->get());
  if (node.is_floating_point()) return Value(node.as_floating_point()->get());
  if (node.is_string()) return Value(node.as_string()->get());
  return std::nullopt;
}

std::string describe(const toml::node& node) {
  if (const auto value = value_of(node)) return to_toml(*value);
  if (node.is_table()) return "{...}";
  if (node.is_array()) return "[...]";
  std::ostringstream text;
  node.visit([&text](const auto& actual) { text << actual; });
  return text.str();
}

const char* type_name(const Value& value) {
  constexpr const char* names[] = {"true or false", "an integer", "a number", "a string in quotes"};
  return names[value.index()];
}

/// What other programs and papers call a key.
constexpr std::array<std::pair<std::string_view, std::string_view>, 27> other_names = {{
    {"N", "network.neurons"},
    {"n", "network.neurons"},
    {"size", "network.neurons"},
    {"units", "network.neurons"},
    {"hidden_size", "network.neurons"},
    {"n_neurons", "network.neurons"},
    {"num_neurons", "network.neurons"},
    {"g", "network.gain"},
    {"eta", "network.noise"},
    {"sigma", "network.noise"},
    {"K", "network.in_degree"},
    {"time_step", "network.dt"},
    {"timestep", "network.dt"},
    {"step", "network.dt"},
    {"time_constant", "network.tau"},
    {"activation", "network.nonlinearity"},
    {"lr", "learning.alpha"},
    {"learning_rate", "learning.alpha"},
    {"regularization", "learning.alpha"},
    {"ridge", "learning.alpha"},
    {"dtype", "learning.precision"},
    {"epochs", "run.train_trials"},
    {"trials", "run.train_trials"},
    {"batch", "run.streams"},
    {"batch_size", "run.streams"},
    {"path", "run.output"},
    {"random_state", "run.seed"},
}};

/// The known key that an unknown one most likely means: by its meaning elsewhere, or else by its letters. Of equally
/// near ones, it is one in the same section.
std::string nearest_key(std::string_view section, std::string_view name) {
  for (const auto& [other, known] : other_names)
    if (name == other) return std::string(known);
  const auto distance = [&](const Key& k) { return 2 * edit_distance(name, k.name) + (k.section == section ? 0 : 1); };
  const auto best = std::min_element(keys().begin(), keys().end(),
                                     [&](const Key& a, const Key& b) { return distance(a) < distance(b); });
  return best->full_name();
}

bool is_section(std::string_view name) {
  const auto all = sections();
  return std::find(all.begin(), all.end(), name) != all.end();
}

void require_section(std::string_view section, const Place& place) {
  if (is_section(section)) return;
  throw InputError(fmt::format("{}: unknown section [{}] (the nearest known one is [{}])", place, section,
                               nearest(section, sections())));
}

const Key& require_key(std::string_view section, std::string_view name, const Place& place) {
  require_section(section, place);
  if (const Key* key = find_key(section, name)) return *key;
  throw InputError(fmt::format("{}: unknown key {}.{} (the nearest known one is {})", place, section, name,
                               nearest_key(section, name)));
}

/// The value because of which learned weights cannot hold random rows.
std::string without_random_rows(const LearningOptions& learning) {
  return learning.target_modes > 0 ? fmt::format("learning.target_modes = {}", learning.target_modes)
                                   : fmt::format("learning.features = \"{}\"", to_text(learning.features));
}

/// A configuration under construction. It remembers where each key got its value.
class Builder {
 public:
  /// A sealed configuration is one of a network file.
  explicit Builder(bool sealed = false) : sealed_(sealed) {}

  void set(const Key& key, const toml::node& node, const Place& place) {
    const Value sample = key.get(config_);
    std::optional<Value> value = value_of(node);
    if (value && std::holds_alternative<double>(sample) && std::holds_alternative<std::int64_t>(*value))
      value = static_cast<double>(std::get<std::int64_t>(*value));
    if (value && std::holds_alternative<bool>(*value) && !key.of_truth[0].empty())
      value = std::string(key.of_truth[std::get<bool>(*value) ? 1 : 0]);
    require(value && value->index() == sample.index(), "{}: {} = {} (must be {}{})", place, key.full_name(),
            describe(node), type_name(sample), key.of_truth[0].empty() ? "" : ", true or false");
    const std::string complaint = sealed_ && key.is_path ? std::string() : key.complaint(*value);
    require(complaint.empty(), "{}: {} = {} ({})", place, key.full_name(), describe(node), complaint);
    key.set(config_, *value);
    places_[key.full_name()] = place;
  }

  /// Checks the conditions that involve several keys. This is possible only when all keys are known.
  Config finish(const std::string& file) const {
    const NetworkOptions& network = config_.network;
    require(network.integrator != Integrator::euler || network.dt < 2 * network.tau,
            "{}: network.dt = {} (must be less than 2 tau = {}, beyond which integrator \"euler\" is unstable; make dt "
            "smaller or use \"exponential\")",
            place_of({"network.dt", "network.tau", "network.integrator"}, file), network.dt, 2 * network.tau);
    require(network.in_degree < network.neurons,
            "{}: network.in_degree = {} (must be at most network.neurons - 1 = {}; 0 = dense)",
            place_of({"network.in_degree", "network.neurons"}, file), network.in_degree, network.neurons - 1);
    require(network.static_in_degree < network.neurons,
            "{}: network.static_in_degree = {} (must be at most network.neurons - 1 = {}; 0 = no static weights)",
            place_of({"network.static_in_degree", "network.neurons"}, file), network.static_in_degree,
            network.neurons - 1);
    require_modes(file);
    require_random_rows(file);
    require_target(file);
    require_signs(file);
    return config_;
  }

 private:
  void require_modes(const std::string& file) const {
    const Index modes = config_.learning.target_modes;
    if (modes == 0) return;
    const auto place = [&](const char* other) { return place_of({"learning.target_modes", other}, file); };
    require(modes <= config_.network.neurons, "{}: learning.target_modes = {} (must be at most network.neurons = {})",
            place("network.neurons"), modes, config_.network.neurons);
    require(learns_recurrent(config_.learning.rule),
            "{}: learning.target_modes = {} (must be 0 with learning.rule = \"{}\", which learns no currents)",
            place("learning.rule"), modes, to_text(config_.learning.rule));
    require(
        config_.learning.features != FeatureKind::sparse,
        "{}: learning.target_modes = {} (must be 0 with learning.features = \"sparse\", where every group of neurons "
        "learns by itself)",
        place("learning.features"), modes);
    require(config_.run.init_trials > 0,
            "{}: learning.target_modes = {} with run.init_trials = 0 (must be at least 1: the modes come from their "
            "currents)",
            place("run.init_trials"), modes);
  }

  void require_signs(const std::string& file) const {
    const LearningOptions& learning = config_.learning;
    require(
        learning.signs == Signs::free || learning.features == FeatureKind::sparse || !learns_recurrent(learning.rule),
        "{}: learning.signs = \"dale\" (needs learning.features = \"sparse\"; with learning.plastic_in_degree and "
        "learning.group = network.neurons = {} all neurons read all others, as with dense features)",
        place_of({"learning.signs", "learning.features"}, file), config_.network.neurons);
    const NetworkOptions& network = config_.network;
    if (learning.signs == Signs::free && network.target_signs == Signs::free) return;
    const Index excitatory = NeuronSigns(network).excitatory();
    require(excitatory > 0 && excitatory < network.neurons,
            "{}: network.excitatory_fraction = {} makes {} of {} neurons excitatory (there must be excitatory and "
            "inhibitory ones)",
            place_of({"network.excitatory_fraction", "network.neurons"}, file), network.excitatory_fraction, excitatory,
            network.neurons);
  }

  /// The neurons that do not learn keep random weights, which only weights of separate rows can hold.
  void require_random_rows(const std::string& file) const {
    const LearningOptions& learning = config_.learning;
    const bool has_random_rows = learning.plastic_fraction < 1.0 && learns_recurrent(learning.rule) &&
                                 target_source(config_.task) == TargetSource::generator;
    require(!has_random_rows || holds_random_rows(learning),
            "{}: learning.plastic_fraction = {} with {} (must be 1: the weights of the other neurons are random, which "
            "needs \"dense\" or \"sparse\" features without target modes)",
            place_of({"learning.plastic_fraction"}, file), learning.plastic_fraction, without_random_rows(learning));
  }

  void require_target(const std::string& file) const {
    const TargetSource source = target_source(config_.task);
    const LearningOptions& learning = config_.learning;
    require(
        config_.task.reset != Reset::targets || source != TargetSource::generator,
        "{}: task.reset = \"targets\" (needs targets of neurons: task.name = \"file\" with task.target = \"currents\" "
        "or \"rates\")",
        place_of({"task.reset"}, file));
    if (source == TargetSource::generator) return;
    const auto place = [&](const char* other) { return place_of({"task.target", other}, file); };
    require(learns_recurrent(learning.rule),
            "{}: task.target = \"{}\" with learning.rule = \"{}\", which learns no recurrent weights (use "
            "\"full-force\")",
            place("learning.rule"), to_text(source), to_text(learning.rule));
    if (source == TargetSource::currents) return;
    require(holds_random_rows(learning),
            "{}: task.target = \"rates\" with {} (J starts at random, and only \"dense\" or \"sparse\" weights without "
            "target modes can)",
            place("learning.features"), without_random_rows(learning));
  }

  Place place_of(std::initializer_list<const char*> names, const std::string& otherwise) const {
    for (const char* name : names)
      if (const auto at = places_.find(name); at != places_.end()) return at->second;
    return otherwise;
  }

  bool sealed_;
  Config config_;
  std::map<std::string, Place, std::less<>> places_;
};

toml::table parse_toml(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("{}: not valid TOML: {}", place_in(name, error.source()), error.description()));
  }
}

void read_section(Builder& builder, std::string_view section, const toml::table& table, const std::string& file) {
  for (const auto& [name, node] : table) {
    const Place place = place_in(file, name.source());
    builder.set(require_key(section, name.str(), place), node, place);
  }
}

void read_file(Builder& builder, const toml::table& root, const std::string& file) {
  for (const auto& [name, node] : root) {
    const Place place = place_in(file, name.source());
    if (!node.is_table() && !is_section(name.str()))
      throw InputError(fmt::format("{}: {} stands outside a section (the nearest known key is {})", place, name.str(),
                                   nearest_key("", name.str())));
    require_section(name.str(), place);
    require(node.is_table(), "{}: {} = {} (must be a section, written [{}])", place, name.str(), describe(node),
            name.str());
    read_section(builder, name.str(), *node.as_table(), file);
  }
}

/// Returns the table { v = text } if `text` is one TOML value.
std::optional<toml::table> parse_literal(const std::string& text) {
  try {
    toml::table table = toml::parse("v = " + text);
    if (table.size() == 1) return table;
  } catch (const toml::parse_error&) {
  }
  return std::nullopt;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_whole_number(const std::string& text) {
  const auto first = text.find_first_not_of("+-");
  return first != std::string::npos && text.find_first_not_of("0123456789", first) == std::string::npos;
}

/// The value of a `--set`. A string needs no quotes, because the shell has most often removed them.
toml::table setting_value(const Key& key, const std::string& text, const Place& place) {
  const bool wants_string = std::holds_alternative<std::string>(key.get(Config{}));
  std::optional<toml::table> literal = parse_literal(text);
  const bool quotes = !text.empty() && (text.front() == '"' || text.front() == '\'');
  const bool is_truth = !key.of_truth[0].empty() && (text == "true" || text == "false");
  if (wants_string && !quotes && !is_truth) literal = parse_literal(to_toml(Value(text)));
  require(literal.has_value(), "{}: {} = {} (must be {}{})", place, key.full_name(), text, type_name(key.get(Config{})),
          is_whole_number(text) ? " within 64 bits" : "");
  return *std::move(literal);
}

void apply_setting(Builder& builder, const std::string& setting) {
  const Place place = "--set";
  const auto equals = setting.find('=');
  const auto dot = setting.find('.');
  require(equals != std::string::npos && dot < equals, "{} {}: expected section.key=value", place, setting);
  const Key& key =
      require_key(trimmed(setting.substr(0, dot)), trimmed(setting.substr(dot + 1, equals - dot - 1)), place);
  const toml::table value = setting_value(key, trimmed(setting.substr(equals + 1)), place);
  builder.set(key, *value.get("v"), place);
}

}  // namespace

Config parse_config(const std::string& text, const std::string& name, const std::vector<std::string>& settings) {
  Builder builder;
  read_file(builder, parse_toml(text, name), name);
  for (const std::string& setting : settings) apply_setting(builder, setting);
  return builder.finish(name);
}

Config parse_sealed_config(const std::string& text, const std::string& name) {
  Builder builder(true);
  read_file(builder, parse_toml(text, name), name);
  return builder.finish(name);
}

}  // namespace fullforce

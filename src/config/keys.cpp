#include "keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "fullforce/base/nearest.hpp"
#include "fullforce/base/path_text.hpp"

namespace fullforce {
namespace {

using Choices = std::vector<std::string_view>;
using Check = std::function<std::string(const Value&)>;

std::string as_toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

// TOML reads "1" as an integer, so a whole number needs ".0" to come back as a float.
std::string float_text(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

constexpr double longest_time = 1000.0;  // s, of a part of a trial

double number(const Value& value) { return std::get<double>(value); }

std::string finite(const Value& value) { return std::isfinite(number(value)) ? "" : "must be finite"; }

std::string positive(const Value& value) { return number(value) <= 0 ? "must be positive" : finite(value); }

std::string share(const Value& value) {
  return number(value) > 0 && number(value) < 1 ? "" : "must be positive and below 1";
}

std::string factor(const Value& value) {
  return number(value) > 0 && number(value) <= 1 ? "" : "must be positive and at most 1";
}

std::string not_negative(const Value& value) { return number(value) < 0 ? "must not be negative" : finite(value); }

std::string none(const Value&) { return {}; }

std::string path(const Value& value) { return path_complaint(std::get<std::string>(value)); }

std::string path_or_empty(const Value& value) {
  return std::get<std::string>(value).empty() ? std::string() : path(value);
}

Check at_least(std::int64_t low) {
  return [low](const Value& value) {
    return std::get<std::int64_t>(value) >= low ? "" : fmt::format("must be at least {}", low);
  };
}

template <class T>
Check between(T low, T high) {
  return [low, high](const Value& value) {
    const T v = std::get<T>(value);
    return v >= low && v <= high ? "" : fmt::format("must be from {} to {}", low, high);
  };
}

/// 0 stands for something else, and times below `low` would be rounded to 0.
Check zero_or_between(double low, double high) {
  return [low, high](const Value& value) {
    const double v = std::get<double>(value);
    return v == 0.0 || (v >= low && v <= high) ? "" : fmt::format("must be 0, or from {} to {}", low, high);
  };
}

/// `truth` are the values without quotes that stand for some of the choices.
Check one_of(Choices choices, Choices truth = {}) {
  return [choices = std::move(choices), truth = std::move(truth)](const Value& value) -> std::string {
    const auto& text = std::get<std::string>(value);
    if (std::find(choices.begin(), choices.end(), text) != choices.end()) return {};
    Choices candidates;
    std::vector<std::string> spelled;
    for (const auto choice : choices) candidates.push_back(choice), spelled.push_back(fmt::format("\"{}\"", choice));
    for (const auto word : truth) candidates.push_back(word), spelled.emplace_back(word);
    const auto best = std::find(candidates.begin(), candidates.end(), nearest(text, candidates));
    return fmt::format("must be one of {}; the nearest is {}", fmt::join(spelled, ", "),
                       spelled[as_size(best - candidates.begin())]);
  };
}

// The TOML type in which a member's type is stored.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool> || std::is_same_v<T, std::string>, T,
                                  std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>>;

/// `member(config)` refers to the member that the key stands for.
template <class Member>
Key key(std::string_view section, std::string_view name, Member member, Check rule, std::string_view comment = "") {
  using T = std::remove_cvref_t<std::invoke_result_t<Member, Config&>>;
  return {section,
          name,
          comment,
          {},
          [member](const Config& c) -> Value { return static_cast<Stored<T>>(member(c)); },
          [member](Config& c, const Value& v) { member(c) = static_cast<T>(std::get<Stored<T>>(v)); },
          std::move(rule)};
}

/// A key whose value is the path of a file or folder.
template <class Member>
Key path_key(std::string_view section, std::string_view name, Member member, std::string_view comment,
             Check rule = path) {
  Key k = key(section, name, member, std::move(rule), comment);
  k.is_path = true;
  return k;
}

/// A key whose value is the name of an enumerator.
template <class Member>
Key choice(std::string_view section, std::string_view name, Member member) {
  using T = std::remove_cvref_t<std::invoke_result_t<Member, Config&>>;
  const Choices names(names_of<T>.begin(), names_of<T>.end());
  Key k{section, name, "", names, {}, {}, one_of(names)};
  k.get = [=](const Config& c) -> Value { return std::string(names[as_size(member(c))]); };
  k.set = [=](Config& c, const Value& v) {
    const auto at = std::find(names.begin(), names.end(), std::get<std::string>(v));
    member(c) = static_cast<T>(at - names.begin());
  };
  return k;
}

/// A key whose value is one of a few strings.
template <class Member>
Key word(std::string_view section, std::string_view name, Member member, Choices choices) {
  Key k = key(section, name, member, one_of(choices));
  k.choices = std::move(choices);
  return k;
}

/// Lets a key with choices take false and true for two of them.
Key or_truth(Key k, std::string_view of_false, std::string_view of_true) {
  k.of_truth = {of_false, of_true};
  k.complaint = one_of(k.choices, {"false", "true"});
  k.comment = "or true, false";
  return k;
}

#define MEMBER(path) \
  [](auto& config) -> auto& { return config.path; }

std::vector<Key> make_keys() {
  std::vector<Key> all;
  const auto add = [&all](Key k) { all.push_back(std::move(k)); };

  add(key("run", "seed", MEMBER(run.seed), at_least(0), "everything random follows from it"));
  add(key("run", "streams", MEMBER(run.streams), between<std::int64_t>(1, 64),
          "trials that run side by side, 1 to 64"));
  add(key("run", "init_trials", MEMBER(run.init_trials), at_least(0), "before learning"));
  add(key("run", "train_trials", MEMBER(run.train_trials), at_least(0)));
  add(key("run", "test_trials", MEMBER(run.test_trials), at_least(0), "after learning"));
  add(path_key("run", "output", MEMBER(run.output), "folder, relative to the working directory"));
  add(path_key("run", "start_from", MEMBER(run.start_from), "network file whose weights training starts from",
               path_or_empty));
  add(key("run", "keep_P", MEMBER(run.keep_P), none, "its inverse correlation matrix, too"));

  add(word("task", "name", MEMBER(task.name), task_names()));
  add(key("task", "version", MEMBER(task.version), between<std::int64_t>(1, 2), "of the oscillation"));
  add(or_truth(choice("task", "hint", MEMBER(task.hint)), "none", "published"));
  add(choice("task", "reset", MEMBER(task.reset)));
  add(path_key("task", "file", MEMBER(task.file), "for task \"file\""));
  add(path_key("task", "test_file", MEMBER(task.test_file), "trials of the test; \"\" = those of task.file",
               path_or_empty));
  add(choice("task", "target", MEMBER(task.target)));
  add(key("task", "pulse", MEMBER(task.times.pulse), between(1e-6, longest_time), "s"));
  add(key("task", "delay_min", MEMBER(task.times.delay_min), zero_or_between(0.001, longest_time),
          "s; 0 = that of the task"));
  add(key("task", "delay_max", MEMBER(task.times.delay_max), zero_or_between(0.001, longest_time),
          "s; 0 = that of the task"));
  add(key("task", "pause_min", MEMBER(task.times.pause_min), between(0.0, longest_time), "s"));
  add(key("task", "pause_random", MEMBER(task.times.pause_random), between(0.0, longest_time),
          "s, mean of the random part of pauses"));

  add(key("network", "neurons", MEMBER(network.neurons), between<std::int64_t>(2, 100'000'000)));
  add(key("network", "dt", MEMBER(network.dt), positive, "s; below 2 tau for \"euler\""));
  add(key("network", "tau", MEMBER(network.tau), positive, "s"));
  add(key("network", "gain", MEMBER(network.gain), not_negative, "of the target-generating network's weights"));
  add(key("network", "noise", MEMBER(network.noise), not_negative, "eta"));
  add(key("network", "input_gain", MEMBER(network.input_gain), finite));
  add(key("network", "output_gain", MEMBER(network.output_gain), finite));
  add(key("network", "hint_gain", MEMBER(network.hint_gain), finite));
  add(choice("network", "integrator", MEMBER(network.integrator)));
  add(choice("network", "nonlinearity", MEMBER(network.nonlinearity)));
  add(key("network", "in_degree", MEMBER(network.in_degree), at_least(0), "inputs of each of its neurons; 0 = all"));
  add(key("network", "static_in_degree", MEMBER(network.static_in_degree), at_least(0),
          "sparse: static inputs of each neuron; 0 = none"));
  add(key("network", "static_gain", MEMBER(network.static_gain), not_negative, "sparse: of the static weights"));
  add(choice("network", "target_signs", MEMBER(network.target_signs)));
  add(key("network", "excitatory_fraction", MEMBER(network.excitatory_fraction), share, "where neurons have signs"));

  add(choice("learning", "rule", MEMBER(learning.rule)));
  add(choice("learning", "features", MEMBER(learning.features)));
  add(key("learning", "alpha", MEMBER(learning.alpha), positive, "P starts as 1/alpha"));
  add(key("learning", "update_probability", MEMBER(learning.update_probability), between(0.0, 1.0),
          "per step, 0 to 1"));
  add(choice("learning", "precision", MEMBER(learning.precision)));
  add(key("learning", "panel", MEMBER(learning.panel), between<std::int64_t>(1, 4096), "deferred columns, 1 to 4096"));
  add(key("learning", "rank_tolerance", MEMBER(learning.rank_tolerance), share, "low-rank, target modes"));
  add(key("learning", "max_rank", MEMBER(learning.max_rank), at_least(1), "low-rank, target modes"));
  add(key("learning", "target_modes", MEMBER(learning.target_modes), at_least(0), "learn so many components; 0 = all"));
  add(key("learning", "forgetting", MEMBER(learning.forgetting), factor, "weight of earlier samples; 1 = for ever"));
  add(key("learning", "plastic_fraction", MEMBER(learning.plastic_fraction), factor,
          "share of the neurons that learn recurrent weights"));
  add(key("learning", "plastic_in_degree", MEMBER(learning.plastic_in_degree), between<std::int64_t>(1, 32768),
          "sparse: neurons that a group reads"));
  add(key("learning", "group", MEMBER(learning.group), at_least(1), "sparse: neurons that share them, and P"));
  add(key("learning", "readout_inputs", MEMBER(learning.readout_inputs), between<std::int64_t>(1, 32768),
          "sparse: neurons that the readout reads"));
  add(choice("learning", "signs", MEMBER(learning.signs)));
  add(key("learning", "class_penalty", MEMBER(learning.class_penalty), not_negative,
          "sparse: of the sum of excitatory weights, and of inhibitory ones"));
  add(path_key("learning", "partners", MEMBER(learning.partners), "sparse: file with the neurons that each group reads",
               path_or_empty));

  add(key("checkpoint", "every_minutes", MEMBER(checkpoint.every_minutes), not_negative, "0 = by trials only"));
  add(key("checkpoint", "every_trials", MEMBER(checkpoint.every_trials), at_least(0), "0 = by time only"));
  add(key("checkpoint", "keep", MEMBER(checkpoint.keep), at_least(1), "newest checkpoints that stay"));
  return all;
}

#undef MEMBER

struct ToToml {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return float_text(value); }
  std::string operator()(const std::string& value) const { return as_toml_string(value); }
};

}  // namespace

std::string to_toml(const Value& value) { return std::visit(ToToml{}, value); }

std::string Key::full_name() const { return fmt::format("{}.{}", section, name); }

const std::vector<Key>& keys() {
  static const std::vector<Key> all = make_keys();
  return all;
}

std::vector<std::string_view> sections() {
  std::vector<std::string_view> names;
  for (const Key& k : keys())
    if (names.empty() || names.back() != k.section) names.push_back(k.section);
  return names;
}

const Key* find_key(std::string_view section, std::string_view name) {
  const auto at =
      std::find_if(keys().begin(), keys().end(), [&](const Key& k) { return k.section == section && k.name == name; });
  return at == keys().end() ? nullptr : &*at;
}

}  // namespace fullforce

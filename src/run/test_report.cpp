#include "fullforce/run/test_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "finite_json.hpp"
#include "fullforce/base/utf8.hpp"
#include "fullforce/run/json_text.hpp"

namespace fullforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* no_sample = "no sample counts (each is left out by a mask, or its target is not known)";
constexpr const char* zero_targets = "all targets are zero, and a ratio to zero says nothing (see squared_error)";

/// Why a ratio over these samples has no value, where the reason is `otherwise` if some of them count.
std::string reason(const SquareSums& squares, const char* otherwise) {
  return squares.samples == 0 ? no_sample : otherwise;
}

/// Collects the names of those for which a number is missing, so that one warning for each reason serves for all of
/// them.
class Missing {
 public:
  Json number(double value, const std::string& name, const std::string& why) {
    if (std::isfinite(value)) return value;
    Named& named = of_reason_[why];
    if (!named.seen.insert(name).second) return nullptr;  // a test may run a trial of a file several times
    if (++named.count <= most_named) named.names += fmt::format("{}{}", named.names.empty() ? "" : ", ", name);
    return nullptr;
  }

  void report(const std::string& what, std::vector<std::string>& warnings) const {
    for (const auto& [why, named] : of_reason_) {
      const std::string more = named.count > most_named ? fmt::format(" and {} more", named.count - most_named) : "";
      warnings.push_back(fmt::format("{} is null for {}{}: {}", what, named.names, more, why));
    }
  }

 private:
  struct Named {
    Index count = 0;
    std::string names;
    std::set<std::string> seen;
  };
  static constexpr Index most_named = 5;
  std::map<std::string, Named> of_reason_;
};

/// The error over these samples, which belongs to `name`.
Json error_of(const SquareSums& squares, const std::string& name, Missing& missing) {
  return missing.number(squares.relative_error(), name, reason(squares, zero_targets));
}

Json outputs_section(const TestScores& scores, std::vector<std::string>& warnings) {
  Json section = Json::array();
  Missing errors, ratios;
  for (std::size_t o = 0; o < scores.outputs.size(); ++o) {
    const OutputSums& sums = scores.outputs[o];
    const SquareSums& squares = sums.squares();
    const std::string& name = scores.output_names[o];
    section.push_back({{"name", name},
                       {"error", error_of(squares, name, errors)},
                       {"squared_error", squares.error},
                       {"r2", ratios.number(r_squared(squares.error, sums.target_variation()), name,
                                            reason(squares, "the target is constant"))}});
  }
  errors.report("test.per_output: error", warnings);
  ratios.report("test.per_output: r2", warnings);
  return section;
}

Json conditions_section(const TestScores& scores, std::vector<std::string>& warnings) {
  Json section = Json::array();
  Missing errors;
  for (const ConditionScore& score : scores.conditions())
    section.push_back({{"condition", score.condition},
                       {"trials", score.trials},
                       {"error", error_of(score.squares, score.condition, errors)},
                       {"squared_error", score.squares.error}});
  errors.report("test.per_condition: error", warnings);
  return section;
}

Json trials_section(const TestScores& scores, std::vector<std::string>& warnings) {
  Json section = Json::array();
  Missing errors;
  for (const ScoredTrial& trial : scores.trials) {
    const TrialLabel& label = trial.label;
    section.push_back({{"trial", label.trial},
                       {"condition", label.condition.empty() ? Json(nullptr) : Json(label.condition)},
                       {"steps", trial.steps},
                       {"error", error_of(trial.squares, fmt::format("trial {}", label.trial), errors)},
                       {"squared_error", trial.squares.error},
                       {"learned", trial.learned}});
  }
  errors.report("test.per_trial: error", warnings);
  return section;
}

std::string ratio_text(double ratio) { return std::isfinite(ratio) ? fmt::format("{:.4g}", ratio) : "none"; }

/// The width of a column that begins with these names.
std::size_t width_of(const std::string& title, const std::vector<std::string>& names) {
  std::size_t width = title.size();
  for (const std::string& name : names) width = std::max(width, name.size());
  return width;
}

/// How many trials were tested, and which.
std::string trials_text(const TestScores& scores) {
  const std::size_t count = scores.trials.size();
  if (scores.origin() != TrialOrigin::both) return fmt::format("{} {}", count, to_text(scores.origin()));
  return fmt::format("{} trials, {} of which are training trials", count, scores.learned_trials());
}

std::string outputs_table(const TestScores& scores) {
  std::vector<std::string> names;
  for (const std::string& name : scores.output_names) names.push_back(printable(name));
  const std::size_t width = width_of("output", names);
  std::string text = fmt::format("{:<{}s} {:>10s} {:>10s}", "output", width, "error", "R^2");
  for (std::size_t o = 0; o < names.size(); ++o) {
    const OutputSums& sums = scores.outputs[o];
    text += fmt::format("\n{:<{}s} {:>10s} {:>10s}", names[o], width, ratio_text(sums.squares().relative_error()),
                        ratio_text(r_squared(sums.squares().error, sums.target_variation())));
  }
  return text;
}

std::string conditions_table(const std::vector<ConditionScore>& conditions) {
  std::vector<std::string> names;
  for (const ConditionScore& score : conditions) names.push_back(printable(score.condition));
  const std::size_t width = width_of("condition", names);
  std::string text = fmt::format("{:<{}s} {:>10s} {:>10s}", "condition", width, "trials", "error");
  for (std::size_t k = 0; k < names.size(); ++k)
    text += fmt::format("\n{:<{}s} {:>10d} {:>10s}", names[k], width, conditions[k].trials,
                        ratio_text(conditions[k].squares.relative_error()));
  return text;
}

}  // namespace

std::string test_section(const TestResult& result, std::vector<std::string>& warnings) {
  const TestScores& scores = result.scores;
  const bool tested = !scores.trials.empty();
  const SquareSums total = scores.total();
  const auto why = [&](const char* otherwise) {
    return tested ? reason(total, otherwise) : std::string("there was no test trial");
  };
  Json json = {{"trials", scores.trials.size()},
               {"steps", result.steps},
               {"seconds", result.seconds},
               {"trials_of", to_text(scores.origin())},
               {"training_trials", scores.learned_trials()}};
  if (scores.origin() == TrialOrigin::both)
    warnings.push_back(
        fmt::format("the network learned from {} of the {} test trials, and errors on these are smaller "
                    "than on new ones (learned in test.per_trial says which they are)",
                    scores.learned_trials(), scores.trials.size()));
  json["error"] = finite_or_null(
      total.relative_error(), fmt::format("test.error: {}", why("all targets of the test trials are zero")), warnings);
  for (const Score& score : result.of_task)
    json[score.name] = finite_or_null(score.value, fmt::format("test.{}: {}", score.name, score.reason), warnings);
  json["r2"] =
      finite_or_null(scores.r_squared(), fmt::format("test.r2: {}", why("the targets are constant")), warnings);
  json["per_output"] = tested ? outputs_section(scores, warnings) : Json::array();
  if (Json conditions = conditions_section(scores, warnings); !conditions.empty()) json["per_condition"] = conditions;
  json["per_trial"] = trials_section(scores, warnings);
  return json_text(json, -1);
}

std::string test_text(const TestResult& result) {
  const TestScores& scores = result.scores;
  if (scores.trials.empty()) return "no test trials (run.test_trials = 0)";
  const std::string trials = trials_text(scores);
  const SquareSums total = scores.total();
  std::string text = fmt::format("test error {:.4g} over {}", total.relative_error(), trials);
  if (!std::isfinite(total.relative_error()))
    text = total.samples == 0 ? fmt::format("no test error: no sample of the {} counts", trials)
                              : fmt::format("no test error: all targets of the {} are zero", trials);
  if (std::isfinite(scores.r_squared())) text += fmt::format(", R^2 {:.4g}", scores.r_squared());
  for (const Score& score : result.of_task) text += fmt::format(", {} {:.4g}", score.name, score.value);
  return text;
}

std::string test_table(const TestScores& scores) {
  std::vector<std::string> tables;
  if (!scores.trials.empty() && scores.outputs.size() > 1) tables.push_back(outputs_table(scores));
  if (const auto conditions = scores.conditions(); conditions.size() > 1)
    tables.push_back(conditions_table(conditions));
  return fmt::format("{}", fmt::join(tables, "\n"));
}

}  // namespace fullforce

#include "fullforce/run/test_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "finite_json.hpp"
#include "fullforce/base/utf8.hpp"
#include "fullforce/run/json_text.hpp"

namespace fullforce {
namespace {

using Json = nlohmann::ordered_json;

/// Collects the names of those for which a number is missing, so that one warning serves for all of them.
class Missing {
 public:
  Json number(double value, const std::string& name) {
    if (std::isfinite(value)) return value;
    if (++count_ <= most_named) names_ += fmt::format("{}{}", names_.empty() ? "" : ", ", name);
    return nullptr;
  }

  void report(const std::string& what, const std::string& why, std::vector<std::string>& warnings) const {
    if (count_ == 0) return;
    const std::string more = count_ > most_named ? fmt::format(" and {} more", count_ - most_named) : "";
    warnings.push_back(fmt::format("{} is null for {}{}: {}", what, names_, more, why));
  }

 private:
  static constexpr Index most_named = 5;
  Index count_ = 0;
  std::string names_;
};

constexpr const char* zero_targets = "all targets are zero, and a ratio to zero says nothing (see squared_error)";

Json outputs_section(const TestScores& scores, std::vector<std::string>& warnings) {
  Json section = Json::array();
  Missing errors, ratios;
  for (std::size_t o = 0; o < scores.outputs.size(); ++o) {
    const OutputSums& sums = scores.outputs[o];
    const std::string& name = scores.output_names[o];
    section.push_back({{"name", name},
                       {"error", errors.number(sums.squares().relative_error(), name)},
                       {"squared_error", sums.squares().error},
                       {"r2", ratios.number(r_squared(sums.squares().error, sums.target_variation()), name)}});
  }
  errors.report("test.per_output: error", zero_targets, warnings);
  ratios.report("test.per_output: r2", "the target is constant", warnings);
  return section;
}

Json conditions_section(const TestScores& scores, std::vector<std::string>& warnings) {
  Json section = Json::array();
  Missing errors;
  for (const ConditionScore& score : scores.conditions())
    section.push_back({{"condition", score.condition},
                       {"trials", score.trials},
                       {"error", errors.number(score.squares.relative_error(), score.condition)},
                       {"squared_error", score.squares.error}});
  errors.report("test.per_condition: error", zero_targets, warnings);
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
                       {"error", errors.number(trial.squares.relative_error(), fmt::format("trial {}", label.trial))},
                       {"squared_error", trial.squares.error}});
  }
  errors.report("test.per_trial: error", zero_targets, warnings);
  return section;
}

std::string ratio_text(double ratio) { return std::isfinite(ratio) ? fmt::format("{:.4g}", ratio) : "none"; }

/// The width of a column that begins with these names.
std::size_t width_of(const std::string& title, const std::vector<std::string>& names) {
  std::size_t width = title.size();
  for (const std::string& name : names) width = std::max(width, name.size());
  return width;
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
  Json json = {{"trials", scores.trials.size()},
               {"steps", result.steps},
               {"seconds", result.seconds},
               {"trials_of", to_text(scores.origin)}};
  const char* const no_trial = "there was no test trial";
  json["error"] = finite_or_null(
      scores.total().relative_error(),
      fmt::format("test.error: {}", tested ? "all targets of the test trials are zero" : no_trial), warnings);
  for (const Score& score : result.of_task)
    json[score.name] = finite_or_null(score.value, fmt::format("test.{}: {}", score.name, score.reason), warnings);
  json["r2"] = finite_or_null(scores.r_squared(),
                              fmt::format("test.r2: {}", tested ? "the targets are constant" : no_trial), warnings);
  json["per_output"] = tested ? outputs_section(scores, warnings) : Json::array();
  if (Json conditions = conditions_section(scores, warnings); !conditions.empty()) json["per_condition"] = conditions;
  json["per_trial"] = trials_section(scores, warnings);
  return json_text(json, -1);
}

std::string test_text(const TestResult& result) {
  const TestScores& scores = result.scores;
  if (scores.trials.empty()) return "no test trials (run.test_trials = 0)";
  const std::string trials = fmt::format("{} {}", scores.trials.size(), to_text(scores.origin));
  const double error = scores.total().relative_error();
  std::string text = std::isfinite(error) ? fmt::format("test error {:.4g} over {}", error, trials)
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

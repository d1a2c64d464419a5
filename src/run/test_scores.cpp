#include "fullforce/run/test_scores.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace fullforce {
namespace {

/// Conditions that are whole numbers stand in their order, and all others behind them.
struct ConditionOrder {
  static std::optional<std::int64_t> number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
  bool operator()(const std::string& a, const std::string& b) const {
    const auto first = number(a), second = number(b);
    if (first && second && *first != *second) return *first < *second;
    if (first.has_value() != second.has_value()) return first.has_value();
    return a < b;
  }
};

}  // namespace

void OutputSums::add(double output, double target) {
  const double miss = output - target;
  squares_.add({miss * miss, target * target, 1});
  // Welford (1962): a difference of large sums would lose the variation of targets that are far from zero.
  const double from_mean = target - mean_;
  mean_ += from_mean / static_cast<double>(squares_.samples);
  variation_ += from_mean * (target - mean_);
}

void OutputSums::add(const OutputSums& later) {
  if (later.squares_.samples == 0) return;
  // Chan, Golub and LeVeque (1979).
  const double before = static_cast<double>(squares_.samples), more = static_cast<double>(later.squares_.samples);
  const double apart = later.mean_ - mean_;
  squares_.add(later.squares_);
  mean_ += apart * more / (before + more);
  variation_ += later.variation_ + apart * apart * before * more / (before + more);
}

double r_squared(double squared_error, double target_variation) {
  return 1.0 - relative_error(squared_error, target_variation);
}

Index TestScores::learned_trials() const {
  return std::count_if(trials.begin(), trials.end(), [](const ScoredTrial& trial) { return trial.learned; });
}

TrialOrigin TestScores::origin() const {
  const Index learned = learned_trials();
  if (learned == 0) return from_file ? TrialOrigin::held_out : TrialOrigin::fresh;
  return learned == static_cast<Index>(trials.size()) ? TrialOrigin::training : TrialOrigin::both;
}

SquareSums TestScores::total() const {
  SquareSums sums;
  for (const ScoredTrial& trial : trials) sums.add(trial.squares);
  return sums;
}

double TestScores::r_squared() const {
  double error = 0.0, variation = 0.0;
  for (const OutputSums& output : outputs) {
    error += output.squares().error;
    variation += output.target_variation();
  }
  return fullforce::r_squared(error, variation);
}

std::vector<ConditionScore> TestScores::conditions() const {
  std::map<std::string, ConditionScore, ConditionOrder> found;
  for (const ScoredTrial& trial : trials) {
    if (trial.label.condition.empty()) continue;
    ConditionScore& score = found[trial.label.condition];
    score.condition = trial.label.condition;
    ++score.trials;
    score.squares.add(trial.squares);
  }
  std::vector<ConditionScore> scores;
  for (auto& [condition, score] : found) scores.push_back(std::move(score));
  return scores;
}

Index score_bytes(Index trials) {
  constexpr Index as_json = 1000;  // of a trial, with the text; 690 to 775 were measured
  return trials * (static_cast<Index>(sizeof(ScoredTrial)) + as_json);
}

}  // namespace fullforce

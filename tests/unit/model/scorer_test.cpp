#include "fullforce/model/scorer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "fullforce/model/task.hpp"

namespace fullforce {
namespace {

std::unique_ptr<Task> make(const char* name, double dt = 0.001) {
  TaskOptions options;
  options.name = name;
  return make_task(options, dt, 3);
}

using Scores = std::map<std::string, double>;

Scores scores_of(const Scorer& scorer) {
  Scores found;
  for (const Score& score : scorer.scores()) found[score.name] = score.value;
  return found;
}

/// Trials of ready-set-go that are written by hand. The second pulse ends before step 2, and the target peaks 1 s
/// later.
class Responses : public ::testing::Test {
 protected:
  static constexpr double dt = 0.01;
  static constexpr Index pulse_end = 2;
  static constexpr Index target_peak = 102;  // 1.00 s after the pulse
  static constexpr Index length = 160;

  std::unique_ptr<Task> task_ = make("ready-set-go", dt);
  std::unique_ptr<Scorer> scorer_ = task_->scorer(2);

  /// Takes one step of a stream. Its output is `height` at step `output_peak`, and -0.5 elsewhere.
  void step(Index stream, Index k, Index output_peak, double height) {
    const double input[] = {0.0, k < pulse_end ? 1.0 : 0.0};
    const double target[] = {k == target_peak ? 1.0 : -0.5};
    const double output[] = {k == output_peak ? height : -0.5};
    scorer_->step(stream, input, target, output);
  }

  void trial(Index stream, Index output_peak, double height = 0.9) {
    for (Index k = 0; k < length; ++k) step(stream, k, output_peak, height);
    scorer_->end_trial(stream);
  }
};

TEST_F(Responses, ErrorsAreTimesOfPeaksAgainstTheTargets) {
  trial(0, target_peak + 10);  // + 0.10 s
  trial(0, target_peak - 4);   // - 0.04 s
  trial(0, target_peak + 30);  // + 0.30 s, beyond 20 % of 1 s
  const Scores scores = scores_of(*scorer_);
  EXPECT_NEAR(scores.at("timing_error_mean"), 0.12, 1e-12);
  EXPECT_NEAR(scores.at("timing_error_spread"), std::sqrt((0.02 * 0.02 + 0.16 * 0.16 + 0.18 * 0.18) / 2), 1e-12);
  EXPECT_NEAR(scores.at("timing_within_20_percent"), 2.0 / 3.0, 1e-12);
  EXPECT_EQ(scores.at("missed_responses"), 0.0);
}

TEST_F(Responses, AnOutputThatStaysLowIsMissed) {
  trial(0, target_peak, 0.2);  // below half way between -0.5 and 1
  trial(0, target_peak);
  const Scores scores = scores_of(*scorer_);
  EXPECT_EQ(scores.at("timing_error_mean"), 0.0);
  EXPECT_TRUE(std::isnan(scores.at("timing_error_spread")));
  EXPECT_EQ(scores.at("timing_within_20_percent"), 0.5);
  EXPECT_EQ(scores.at("missed_responses"), 0.5);
}

TEST_F(Responses, WhatComesBeforeTheSecondPulseDoesNotCount) {
  trial(0, 1, 5.0);
  EXPECT_EQ(scores_of(*scorer_).at("missed_responses"), 1.0);
}

TEST_F(Responses, StreamsAreToldApart) {
  for (Index k = 0; k < length; ++k) {
    step(0, k, target_peak + 5, 0.9);
    step(1, k, target_peak - 15, 0.9);
  }
  scorer_->end_trial(0);
  scorer_->end_trial(1);
  const Scores scores = scores_of(*scorer_);
  EXPECT_NEAR(scores.at("timing_error_mean"), -0.05, 1e-12);
  EXPECT_NEAR(scores.at("timing_error_spread"), std::sqrt(2 * 0.1 * 0.1), 1e-12);
}

TEST_F(Responses, WithoutTrialsThereIsNoNumber) {
  for (const auto& [name, value] : scores_of(*scorer_)) EXPECT_TRUE(std::isnan(value)) << name;
}

TEST_F(Responses, ThePerfectOutputOfTheTaskIsOnTime) {
  const auto task = make("ready-set-go");
  const auto scorer = task->scorer(1);
  Trial trial;
  for (std::uint64_t number = 0; number < 20; ++number) {
    task->make({TrialKind::test, number}, trial);
    for (Index k = 0; k < trial.length; ++k) {
      const auto at = as_size(k);
      scorer->step(0, std::span(trial.inputs).subspan(2 * at, 2), std::span(trial.targets).subspan(at, 1),
                   std::span(trial.targets).subspan(at, 1));
    }
    scorer->end_trial(0);
  }
  const Scores scores = scores_of(*scorer);
  EXPECT_EQ(scores.at("timing_error_mean"), 0.0);
  EXPECT_EQ(scores.at("timing_within_20_percent"), 1.0);
}

TEST(SignOfResponse, IsThatOfTheOutputWeightedWithTheTarget) {
  const auto scorer = make("delayed-comparison")->scorer(1);
  const double none[] = {0.0};
  const auto trial = [&](std::initializer_list<std::pair<double, double>> steps) {
    for (const auto& [target, output] : steps) scorer->step(0, none, std::span(&target, 1), std::span(&output, 1));
    scorer->end_trial(0);
  };
  // The step without a target does not count, and the other ones sum up to 0.1.
  trial({{0.0, -9.0}, {0.5, -0.1}, {1.0, 0.2}, {0.5, -0.1}});  // right
  trial({{-0.5, 0.1}, {-1.0, 0.2}});                           // wrong
  trial({{1.0, 0.0}});                                         // not right: the output is silent
  trial({{-1.0, -0.5}});                                       // right
  EXPECT_EQ(scores_of(*scorer).at("fraction_correct"), 0.5);
}

TEST(Scorer, OtherTasksHaveNone) { EXPECT_EQ(make("oscillation")->scorer(1), nullptr); }

}  // namespace
}  // namespace fullforce

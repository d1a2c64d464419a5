#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "fullforce/base/check.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {
namespace {

std::unique_ptr<Task> delayed_comparison(bool hint = true, std::uint64_t seed = 1) {
  TaskOptions options;
  options.name = "delayed-comparison";
  options.hint = hint ? Hint::published : Hint::none;
  return make_task(options, 0.001, seed);
}

Trial trial_of(const Task& task, std::uint64_t number, TrialKind kind = TrialKind::training) {
  Trial trial;
  task.make({kind, number}, trial);
  return trial;
}

/// A run of steps in which a signal is not zero.
struct Event {
  Index first, end;
  double height;
};

/// Channel 0 of the inputs.
std::vector<double> pulses_of(const Trial& trial) {
  std::vector<double> pulses;
  for (Index k = 0; k < trial.length; ++k) pulses.push_back(trial.inputs[as_size(2 * k)]);
  return pulses;
}

std::vector<Event> events(const std::vector<double>& signal) {
  std::vector<Event> found;
  for (std::size_t k = 0; k < signal.size(); ++k) {
    if (signal[k] == 0.0) continue;
    if (found.empty() || found.back().end != static_cast<Index>(k))
      found.push_back({static_cast<Index>(k), 0, signal[k]});
    found.back().end = static_cast<Index>(k) + 1;
    if (std::abs(signal[k]) > std::abs(found.back().height)) found.back().height = signal[k];
  }
  return found;
}

TEST(DelayedComparison, TwoPulsesThenAResponseOfTheRightSign) {
  const auto task = delayed_comparison();
  std::set<double> signs;
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Trial trial = trial_of(*task, number);
    ASSERT_EQ(trial.targets.size(), as_size(trial.length));
    const std::vector<Event> pulses = events(pulses_of(trial)), responses = events(trial.targets);
    ASSERT_EQ(pulses.size(), 2u);
    ASSERT_EQ(responses.size(), 1u);
    for (const Event& pulse : pulses) {
      EXPECT_EQ(pulse.end - pulse.first, 50);
      EXPECT_GE(pulse.height, 0.25);
      EXPECT_LE(pulse.height, 1.25);
    }
    const Index delay = pulses[1].first - pulses[0].end;
    EXPECT_GE(delay, 500);
    EXPECT_LE(delay, 1500);
    EXPECT_GE(std::abs(pulses[0].height - pulses[1].height), 0.1 - 1e-12);
    EXPECT_EQ(responses[0].height, pulses[0].height > pulses[1].height ? 1.0 : -1.0);
    // The target is zero at the first step of the response. It is 1 in the middle of the response, which lasts half a
    // second or 500 steps.
    EXPECT_EQ(responses[0].first, pulses[1].end + 1);
    EXPECT_EQ(responses[0].end, pulses[1].end + 500);
    EXPECT_GE(trial.length - responses[0].end, 200);
    signs.insert(responses[0].height);
  }
  EXPECT_EQ(signs.size(), 2u);
}

TEST(DelayedComparison, TheHintHoldsTheFirstAmplitude) {
  const auto task = delayed_comparison();
  const Trial trial = trial_of(*task, 7);
  const std::vector<Event> pulses = events(pulses_of(trial)), hints = events(trial.hints);
  ASSERT_EQ(hints.size(), 1u);
  EXPECT_EQ(hints[0].first, pulses[0].first + 1);
  EXPECT_EQ(hints[0].end, pulses[1].end + 50);
  for (Index k = pulses[0].end; k <= pulses[1].end; ++k) ASSERT_EQ(trial.hints[as_size(k)], pulses[0].height);
  EXPECT_NEAR(trial.hints[as_size(pulses[0].first + 25)], 0.5 * pulses[0].height, 1e-12);
  EXPECT_NEAR(trial.hints[as_size(pulses[1].end + 25)], 0.5 * pulses[0].height, 1e-12);
}

TEST(DelayedComparison, TheSecondInputIsConstant) {
  const Trial trial = trial_of(*delayed_comparison(), 3);
  ASSERT_EQ(trial.inputs.size(), 2 * as_size(trial.length));
  for (Index k = 0; k < trial.length; ++k) ASSERT_EQ(trial.inputs[as_size(2 * k + 1)], 1.0);
}

TEST(DelayedComparison, HasNoPhaseHint) {
  TaskOptions options;
  options.name = "delayed-comparison";
  options.hint = Hint::phase;
  EXPECT_THROW(make_task(options, 0.001, 1), InputError);
}

TEST(DelayedComparison, WithoutAHintTheTrialsStayTheSame) {
  const auto with = delayed_comparison(true), without = delayed_comparison(false);
  EXPECT_EQ(without->hints(), 0);
  EXPECT_TRUE(trial_of(*without, 4).hints.empty());
  EXPECT_EQ(trial_of(*without, 4).inputs, trial_of(*with, 4).inputs);
  EXPECT_EQ(trial_of(*without, 4).targets, trial_of(*with, 4).targets);
}

TEST(DelayedComparison, TrialsDifferByNumberKindAndSeed) {
  const auto task = delayed_comparison(), other = delayed_comparison(true, 2);
  const std::vector<double> inputs = trial_of(*task, 0).inputs;
  EXPECT_EQ(trial_of(*task, 0).inputs, inputs);
  EXPECT_NE(trial_of(*task, 1).inputs, inputs);
  EXPECT_NE(trial_of(*task, 0, TrialKind::test).inputs, inputs);
  EXPECT_NE(trial_of(*other, 0).inputs, inputs);
}

/// If pairs are uniform, the second pulse is larger in half of the trials. That is 500 of them, within 5 standard
/// deviations of 15.8.
TEST(DelayedComparison, EitherPulseIsTheLargerHalfTheTime) {
  const auto task = delayed_comparison();
  int larger = 0;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const std::vector<Event> pulses = events(pulses_of(trial_of(*task, number)));
    larger += pulses[0].height > pulses[1].height ? 1 : 0;
  }
  EXPECT_NEAR(larger, 500, 79);
}

}  // namespace
}  // namespace fullforce

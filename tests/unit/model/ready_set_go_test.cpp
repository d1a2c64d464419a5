#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {
namespace {

std::unique_ptr<Task> ready_set_go(Hint hint = Hint::published, std::uint64_t seed = 1, double dt = 0.001,
                                   const TrialTimes& times = {}) {
  TaskOptions options;
  options.name = "ready-set-go";
  options.hint = hint;
  options.times = times;
  return make_task(options, dt, seed);
}

Trial trial_of(const Task& task, std::uint64_t number, TrialKind kind = TrialKind::training) {
  Trial trial;
  task.make({kind, number}, trial);
  return trial;
}

/// The first step of the pulse on a channel, and the number of steps that it lasts.
struct Pulse {
  Index first = -1, steps = 0;
};

Pulse pulse_on(const Trial& trial, Index channel) {
  Pulse pulse;
  for (Index k = 0; k < trial.length; ++k) {
    if (trial.inputs[as_size(2 * k + channel)] == 0.0) continue;
    if (pulse.steps++ == 0) pulse.first = k;
  }
  return pulse;
}

/// The number of steps between the pulses.
Index delay_of(const Trial& trial) {
  const Pulse ready = pulse_on(trial, 0);
  return pulse_on(trial, 1).first - ready.first - ready.steps;
}

/// The number of steps of the inter-trial interval. It is what the pulses, delays and the response leave of the trial.
Index pause_of(const Trial& trial) { return trial.length - 2 * delay_of(trial) - 2 * 50 - 500; }

TEST(ReadySetGo, ShapesFollowTheHint) {
  for (const auto& [hint, channels] : {std::pair{Hint::none, 0}, {Hint::published, 1}, {Hint::phase, 2}}) {
    const auto task = ready_set_go(hint);
    EXPECT_EQ(task->inputs(), 2);
    EXPECT_EQ(task->outputs(), 1);
    EXPECT_EQ(task->hints(), channels);
    EXPECT_FALSE(task->fixed());
    const Trial trial = trial_of(*task, 3);
    const auto length = as_size(trial.length);
    EXPECT_EQ(trial.inputs.size(), 2 * length);
    EXPECT_EQ(trial.targets.size(), length);
    EXPECT_EQ(trial.hints.size(), as_size(channels) * length);
  }
}

TEST(ReadySetGo, BothPulsesLastFiftyMilliseconds) {
  const auto task = ready_set_go();
  for (std::uint64_t number = 0; number < 50; ++number) {
    const Trial trial = trial_of(*task, number);
    EXPECT_EQ(pulse_on(trial, 0).steps, 50);
    EXPECT_EQ(pulse_on(trial, 1).steps, 50);
  }
}

TEST(ReadySetGo, AnswersAfterTheSameDelayAgain) {
  const auto task = ready_set_go();
  for (std::uint64_t number = 0; number < 50; ++number) {
    const Trial trial = trial_of(*task, number);
    const Index response = pulse_on(trial, 1).first + 50 + delay_of(trial);
    for (Index k = 0; k < trial.length; ++k) {
      const double target = trial.targets[as_size(k)];
      if (k <= response || k >= response + 500) {
        ASSERT_EQ(target, -0.5) << number << " " << k;
      }
    }
    const auto peak = std::max_element(trial.targets.begin(), trial.targets.end());
    EXPECT_EQ(peak - trial.targets.begin(), response + 250);
    EXPECT_NEAR(*peak, 1.0, 1e-12);
    // A quarter into the response, Beta(4, 4) over its maximum is (4 * 1/4 * 3/4)^3 = 27/64.
    EXPECT_NEAR(trial.targets[as_size(response + 125)], -0.5 + 1.5 * 27.0 / 64.0, 1e-12);
  }
}

TEST(ReadySetGo, HintRisesToTheDelayAndFallsToZero) {
  const auto task = ready_set_go();
  const Trial trial = trial_of(*task, 7);
  const Index delay = delay_of(trial);
  const Index begin = pulse_on(trial, 0).first + 50;
  const Index middle = begin + delay + 25;
  const Index end = begin + 2 * delay + 50;
  const double seconds = 0.001 * static_cast<double>(delay);
  const auto hint = [&trial](Index k) { return trial.hints[as_size(k)]; };
  for (Index k = 0; k < trial.length; ++k) {
    if (k <= begin || k >= end) {
      ASSERT_EQ(hint(k), 0.0) << k;
    }
  }
  EXPECT_NEAR(hint(middle), seconds, 1e-12);
  const double slope = seconds / static_cast<double>(delay + 25);
  EXPECT_NEAR(hint(begin + 1), slope, 1e-12);
  EXPECT_NEAR(hint(end - 1), slope, 1e-12);
}

TEST(ReadySetGo, PhaseHintSaysWhichDelayItIs) {
  const auto task = ready_set_go(Hint::phase), published = ready_set_go();
  const Trial trial = trial_of(*task, 7), other = trial_of(*published, 7);
  const Index pulse_1 = pulse_on(trial, 0).first, pulse_2 = pulse_on(trial, 1).first;
  const Index response = pulse_2 + 50 + delay_of(trial);
  for (Index k = 0; k < trial.length; ++k) {
    ASSERT_EQ(trial.hints[as_size(2 * k)], other.hints[as_size(k)]) << k;
    const double phase = trial.hints[as_size(2 * k + 1)];
    if (k <= pulse_1 || k >= response + 50) {
      ASSERT_EQ(phase, 0.0) << k;
    } else if (k >= pulse_1 + 50 && k <= pulse_2) {
      ASSERT_EQ(phase, 0.5) << k;
    } else if (k >= pulse_2 + 50 && k <= response) {
      ASSERT_EQ(phase, -0.5) << k;
    }
  }
  // Half-way over a pulse or over the fall, the hint is half-way between its values.
  EXPECT_NEAR(trial.hints[as_size(2 * (pulse_1 + 25) + 1)], 0.25, 1e-12);
  EXPECT_NEAR(trial.hints[as_size(2 * (pulse_2 + 25) + 1)], 0.0, 1e-12);
  EXPECT_NEAR(trial.hints[as_size(2 * (response + 25) + 1)], -0.25, 1e-12);
}

TEST(ReadySetGo, TimesFollowTheOptions) {
  const auto task = ready_set_go(Hint::none, 1, 0.001, {0.02, 0.3, 0.3, 1.0, 0.0});
  for (std::uint64_t number = 0; number < 10; ++number) {
    const Trial trial = trial_of(*task, number);
    EXPECT_EQ(pulse_on(trial, 0).steps, 20);
    EXPECT_EQ(delay_of(trial), 300);
    EXPECT_EQ(trial.length, 1000 + 2 * 20 + 2 * 300 + 500);
  }
}

TEST(ReadySetGo, RefusesTimesThatContradictEachOther) {
  EXPECT_THROW(ready_set_go(Hint::none, 1, 0.001, {0.05, 3.0, 0.0, 0.4, 2.0}), InputError);  // 2.1 s at most
  EXPECT_THROW(ready_set_go(Hint::none, 1, 0.03, {0.02, 0.0, 0.0, 0.4, 2.0}), InputError);
}

TEST(ReadySetGo, DelaysAndPausesHaveTheirDistributions) {
  const auto task = ready_set_go();
  constexpr int count = 2000;
  double delays = 0.0, delay_squares = 0.0, pauses = 0.0;
  Index shortest = 10000, longest = 0, shortest_pause = 10000;
  for (std::uint64_t number = 0; number < count; ++number) {
    const Trial trial = trial_of(*task, number);
    const Index delay = delay_of(trial);
    const double seconds = 0.001 * static_cast<double>(delay);
    delays += seconds / count;
    delay_squares += seconds * seconds / count;
    pauses += 0.001 * static_cast<double>(pause_of(trial)) / count;
    shortest = std::min(shortest, delay);
    longest = std::max(longest, delay);
    shortest_pause = std::min(shortest_pause, pause_of(trial));
  }
  // The margins are about four standard errors of the mean of 2000 trials. The standard deviation is 2/sqrt(12) for the
  // uniform delays and 2 for the exponential pauses.
  EXPECT_NEAR(delays, 1.1, 0.05);
  EXPECT_NEAR(delay_squares - delays * delays, 4.0 / 12.0, 0.03);
  EXPECT_NEAR(pauses, 2.4, 0.18);
  EXPECT_GE(shortest, 100);
  EXPECT_LT(shortest, 120);
  EXPECT_LE(longest, 2100);
  EXPECT_GT(longest, 2080);
  EXPECT_GE(shortest_pause, 399);
}

TEST(ReadySetGo, PauseIsHalfBeforeAndHalfAfter) {
  const auto task = ready_set_go();
  for (std::uint64_t number = 0; number < 50; ++number) {
    const Trial trial = trial_of(*task, number);
    EXPECT_EQ(2 * pulse_on(trial, 0).first, pause_of(trial));
  }
}

TEST(ReadySetGo, TrialIsAFunctionOfSeedKindAndNumber) {
  const auto task = ready_set_go();
  const Trial first = trial_of(*task, 5);
  Trial reused = trial_of(*task, 6);
  task->make({TrialKind::training, 5}, reused);
  EXPECT_EQ(reused.inputs, first.inputs);
  EXPECT_EQ(reused.targets, first.targets);
  EXPECT_EQ(reused.hints, first.hints);
  EXPECT_EQ(trial_of(*ready_set_go(), 5).hints, first.hints);
  for (const TrialKind kind : {TrialKind::init, TrialKind::test_init, TrialKind::test})
    EXPECT_NE(trial_of(*task, 5, kind).inputs, first.inputs);
  EXPECT_NE(trial_of(*task, 6).inputs, first.inputs);
  EXPECT_NE(trial_of(*ready_set_go(Hint::published, 2), 5).inputs, first.inputs);
}

TEST(ReadySetGo, HintDoesNotChangeTheRestOfATrial) {
  EXPECT_EQ(trial_of(*ready_set_go(Hint::phase), 5).inputs, trial_of(*ready_set_go(Hint::none), 5).inputs);
  EXPECT_EQ(trial_of(*ready_set_go(Hint::phase), 5).targets, trial_of(*ready_set_go(Hint::none), 5).targets);
}

TEST(ReadySetGo, LastsAsLongAtAnotherTimeStep) {
  const Trial coarse = trial_of(*ready_set_go(Hint::published, 1, 0.002), 5);
  const Trial fine = trial_of(*ready_set_go(Hint::published, 1, 0.001), 5);
  EXPECT_NEAR(0.002 * static_cast<double>(coarse.length), 0.001 * static_cast<double>(fine.length), 0.006);
}

}  // namespace
}  // namespace fullforce

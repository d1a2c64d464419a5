#include "fullforce/model/trial_streams.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "fullforce/model/step_signals.hpp"

namespace fullforce {
namespace {

/// A task with one input, one target and one hint. Sample k of a trial has the input 1000 * number + k, its target is
/// the negative of that, and the hint tells the kind. Trial `number` has lengths[number % count] steps.
class ToyTask : public Task {
 public:
  explicit ToyTask(std::vector<Index> lengths, bool fixed = false) : lengths_(std::move(lengths)), fixed_(fixed) {}
  Index inputs() const override { return 1; }
  Index outputs() const override { return 1; }
  Index hints() const override { return 1; }
  bool fixed() const override { return fixed_; }
  void make(TrialId id, Trial& trial) const override {
    trial.length = lengths_[id.number % lengths_.size()];
    trial.inputs.resize(as_size(trial.length));
    for (std::size_t k = 0; k < trial.inputs.size(); ++k)
      trial.inputs[k] = 1000.0 * static_cast<double>(id.number) + static_cast<double>(k);
    trial.targets.assign(trial.inputs.size(), -1.0);
    trial.hints.assign(trial.inputs.size(), static_cast<double>(id.kind));
  }

 private:
  std::vector<Index> lengths_;
  bool fixed_;
};

TrialSchedule plan_of(Index streams, Index init_trials, Index trials) {
  TrialSchedule plan;
  plan.streams = streams;
  plan.init_trials = init_trials;
  plan.trials = trials;
  return plan;
}

/// What the streams look like from outside at one step.
std::vector<double> look(const TrialStreams& streams) {
  std::vector<double> seen;
  for (Index b = 0; b < streams.streams(); ++b) {
    seen.push_back(static_cast<double>(streams.phase(b)));
    seen.push_back(static_cast<double>(streams.trial(b)));
    seen.push_back(static_cast<double>(streams.position(b)));
    if (streams.phase(b) == StreamPhase::idle) continue;
    for (const auto signal : {streams.input(b), streams.target(b), streams.hint(b)}) seen.push_back(signal[0]);
  }
  return seen;
}

TEST(TrialStreams, OneStreamRunsInitTrialsThenTrials) {
  const ToyTask task({2, 3});
  TrialStreams streams(task, plan_of(1, 2, 2));
  std::vector<double> inputs, hints;
  std::vector<Index> ended;
  Index steps = 0;
  for (; !streams.finished(); ++steps) {
    inputs.push_back(streams.input(0)[0]);
    hints.push_back(streams.hint(0)[0]);
    EXPECT_EQ(streams.any_forced(), steps < 5);
    EXPECT_EQ(streams.any_running(), steps >= 5);
    for (const FinishedTrial& trial : streams.advance()) {
      EXPECT_EQ(trial.phase, steps < 5 ? StreamPhase::init : StreamPhase::running);
      ended.insert(ended.end(), {trial.number, trial.length, steps});
    }
  }
  EXPECT_EQ(inputs, (std::vector<double>{0, 1, 1000, 1001, 1002, 0, 1, 1000, 1001, 1002}));
  EXPECT_EQ(hints, (std::vector<double>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}));
  EXPECT_EQ(ended, (std::vector<Index>{0, 2, 1, 1, 3, 4, 0, 2, 6, 1, 3, 9}));
  EXPECT_FALSE(streams.any_forced());
  EXPECT_FALSE(streams.any_running());
}

TEST(TrialStreams, SaysHowFarItIs) {
  const ToyTask task({4});
  TrialStreams streams(task, plan_of(2, 1, 3));
  const auto expect = [&](bool forced, Index trial, Index trials, double done) {
    const StageProgress progress = streams.progress();
    EXPECT_EQ(progress.forced, forced);
    EXPECT_EQ(progress.trial, trial);
    EXPECT_EQ(progress.trials, trials);
    EXPECT_DOUBLE_EQ(progress.done, done);
  };
  expect(true, 1, 2, 0.0);
  for (int k = 0; k < 3; ++k) streams.advance();
  expect(true, 2, 2, 0.75);
  streams.advance();
  expect(false, 1, 3, 0.0);
  for (int k = 0; k < 4; ++k) streams.advance();
  expect(false, 3, 3, 2.0 / 3.0);
}

TEST(TrialStreams, InitTrialsAreNumberedByStream) {
  const ToyTask task({4});
  TrialSchedule plan = plan_of(3, 5, 1);
  plan.init_kind = TrialKind::test_init;
  plan.kind = TrialKind::test;
  TrialStreams streams(task, plan);
  for (Index step = 0; step < 4; ++step) streams.advance();
  for (Index b = 0; b < 3; ++b) {
    EXPECT_EQ(streams.trial(b), 1);
    EXPECT_EQ(streams.trial_id(b).kind, TrialKind::test_init);
    EXPECT_EQ(streams.trial_id(b).number, static_cast<std::uint64_t>(5 * b + 1));
  }
  for (Index step = 4; step < 20; ++step) streams.advance();
  EXPECT_EQ(streams.trial_id(0).kind, TrialKind::test);
  EXPECT_EQ(streams.trial_id(0).number, 0U);
}

/// The trials have lengths 4, 2, 2, 3 and 1, and there are no init trials. Streams 1 and 2 end together at step 2 and
/// take the trials 3 and 4 in this order. Stream 2 ends trial 4 at step 3 and finds nothing left. Stream 0 follows at
/// step 4, and stream 1 at step 5.
TEST(TrialStreams, DealsToTheFirstThatIsFreeInStreamOrder) {
  const ToyTask task({4, 2, 2, 3, 1});
  TrialStreams streams(task, plan_of(3, 0, 5));
  EXPECT_EQ(streams.trials(), (std::vector<Index>{0, 1, 2}));
  EXPECT_EQ(streams.next_trial(), 3);
  EXPECT_TRUE(streams.advance().empty());
  const auto second = streams.advance();
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(second[0].stream, 1);
  EXPECT_EQ(second[1].stream, 2);
  EXPECT_EQ(streams.trials(), (std::vector<Index>{0, 3, 4}));
  const auto third = streams.advance();
  ASSERT_EQ(third.size(), 1U);
  EXPECT_EQ(third[0].number, 4);
  EXPECT_EQ(streams.phases(), (std::vector<Index>{1, 1, 2}));
  EXPECT_EQ(streams.positions(), (std::vector<Index>{3, 1, 0}));
  EXPECT_EQ(streams.advance().size(), 1U);
  EXPECT_FALSE(streams.finished());
  EXPECT_EQ(streams.advance().size(), 1U);
  EXPECT_TRUE(streams.finished());
  EXPECT_TRUE(streams.advance().empty());
}

TEST(TrialStreams, MoreStreamsThanTrialsLeavesSomeIdle) {
  const ToyTask task({2});
  TrialStreams streams(task, plan_of(4, 0, 2));
  EXPECT_EQ(streams.phases(), (std::vector<Index>{1, 1, 2, 2}));
  EXPECT_EQ(streams.positions(), (std::vector<Index>{0, 0, 0, 0}));
  streams.advance();
  streams.advance();
  EXPECT_TRUE(streams.finished());
}

TEST(TrialStreams, IdleStreamsHaveRunTheirInitTrials) {
  const ToyTask task({2});
  TrialStreams streams(task, plan_of(3, 1, 1));
  streams.advance();
  EXPECT_EQ(streams.advance().size(), 3U);
  EXPECT_EQ(streams.phases(), (std::vector<Index>{1, 2, 2}));
}

TEST(TrialStreams, NothingToDoIsFinishedAtOnce) {
  const ToyTask task({2});
  EXPECT_TRUE(TrialStreams(task, plan_of(3, 0, 0)).finished());
}

TEST(TrialStreams, StreamsOfAFixedTaskStartApart) {
  const ToyTask task({10}, true);
  EXPECT_EQ(TrialStreams(task, plan_of(3, 1, 9)).positions(), (std::vector<Index>{0, 3, 6}));
  EXPECT_EQ(TrialStreams(task, plan_of(3, 0, 9)).positions(), (std::vector<Index>{0, 0, 0}));
  EXPECT_EQ(TrialStreams(ToyTask({10}), plan_of(3, 1, 9)).positions(), (std::vector<Index>{0, 0, 0}));
}

TEST(TrialStreams, StreamsOfAFixedTaskStayApart) {
  const ToyTask task({10}, true);
  TrialStreams streams(task, plan_of(3, 1, 9));
  for (int step = 0; step < 10; ++step) streams.advance();
  EXPECT_EQ(streams.positions(), (std::vector<Index>{0, 3, 6}));
  // Stream 0 has begun a training trial, and the others a whole init trial.
  EXPECT_EQ(streams.phases(), (std::vector<Index>{1, 0, 0}));
  EXPECT_EQ(streams.trials(), (std::vector<Index>{0, 1, 1}));
  for (int step = 10; step < 17; ++step) streams.advance();
  EXPECT_EQ(streams.positions(), (std::vector<Index>{7, 0, 3}));
  EXPECT_EQ(streams.trials(), (std::vector<Index>{0, 2, 1}));
  EXPECT_FALSE(streams.any_forced());
}

TEST(TrialStreams, InitTrialsOfStreamsThatStartWithinATrialHaveNumbersOfTheirOwn) {
  const ToyTask task({10}, true);
  TrialStreams streams(task, plan_of(3, 2, 1));
  EXPECT_EQ(streams.trial_id(0).number, 0U);
  EXPECT_EQ(streams.trial_id(1).number, 2U);
  EXPECT_EQ(streams.trial_id(2).number, 5U) << "stream 1 has three init trials";
}

/// Streams that have gone so many steps.
TrialStreams after(Index steps, const Task& task, const TrialSchedule& plan) {
  TrialStreams streams(task, plan);
  for (Index step = 0; step < steps; ++step) streams.advance();
  return streams;
}

TEST(TrialStreams, RestoredMidwayGoesOnAsIfUninterrupted) {
  const ToyTask task({4, 2, 7, 3, 1, 5});
  const TrialSchedule plan = plan_of(3, 2, 11);
  TrialStreams whole(task, plan);
  for (Index step = 0; !whole.finished(); ++step) {
    TrialStreams restored(task, plan);
    restored.restore(whole.phases(), whole.trials(), whole.positions(), whole.next_trial(), whole.idle_steps());
    TrialStreams reference = after(step, task, plan);
    while (!reference.finished()) {
      ASSERT_EQ(look(restored), look(reference)) << "stopped at step " << step;
      ASSERT_EQ(restored.next_trial(), reference.next_trial());
      reference.advance();
      restored.advance();
    }
    ASSERT_TRUE(restored.finished());
    whole.advance();
  }
}

TEST(TrialStreams, IdleStreamsTakeUpTrialsWhenThereAreMoreNow) {
  const ToyTask task({2});
  TrialStreams streams(task, plan_of(3, 1, 4));
  while (!streams.finished()) streams.advance();
  TrialStreams longer(task, plan_of(3, 1, 6));
  longer.restore(streams.phases(), streams.trials(), streams.positions(), streams.next_trial(), streams.idle_steps());
  EXPECT_EQ(longer.phases(), (std::vector<Index>{1, 1, 2}));
  EXPECT_EQ(longer.trials(), (std::vector<Index>{4, 5, 0}));
  EXPECT_EQ(longer.next_trial(), 6);
}

TEST(TrialStreams, UntilAStreamHasBeenIdleAnyLongerRunGoesTheSameWay) {
  const ToyTask task({4, 2, 7, 3, 1, 5});
  TrialStreams shorter(task, plan_of(3, 1, 5));
  TrialStreams longer(task, plan_of(3, 1, 9));
  Index common = 0;
  for (; shorter.idle_steps() == 0; shorter.advance(), longer.advance(), ++common) {
    TrialStreams extended(task, plan_of(3, 1, 9));
    extended.restore(shorter.phases(), shorter.trials(), shorter.positions(), shorter.next_trial(), 0);
    TrialStreams reference = after(common, task, plan_of(3, 1, 9));
    for (; !reference.finished(); reference.advance(), extended.advance()) ASSERT_EQ(look(extended), look(reference));
    ASSERT_TRUE(extended.finished());
  }
  EXPECT_TRUE(shorter.any_idle());
  EXPECT_FALSE(shorter.finished());
  EXPECT_GT(common, 5);
}

TEST(TrialStreams, RestoreRefusesWhatDoesNotFit) {
  const ToyTask task({4});
  TrialStreams streams(task, plan_of(2, 1, 4));
  using Numbers = std::vector<Index>;
  const auto restore = [&](const Numbers& phases, const Numbers& trials, const Numbers& positions) {
    streams.restore(phases, trials, positions, 2, 0);
  };
  EXPECT_NO_THROW(restore({1, 1}, {0, 1}, {3, 0}));
  EXPECT_THROW(restore({1}, {0}, {0}), InputError);
  EXPECT_THROW(restore({1, 3}, {0, 1}, {0, 0}), InputError);
  EXPECT_THROW(restore({1, 1}, {0, -1}, {0, 0}), InputError);
  EXPECT_THROW(restore({1, 1}, {0, 1}, {0, 4}), InputError);
  EXPECT_THROW(restore({1, 1}, {0, 1}, {-1, 0}), InputError);
}

TEST(TrialStreams, AdvanceReusesItsMemory) {
  const ToyTask task({3});
  TrialStreams streams(task, plan_of(2, 1, 20));
  const double* signal = streams.input(0).data();
  const FinishedTrial* ended = streams.advance().data();
  while (!streams.finished()) {
    if (streams.position(0) == 0) {
      EXPECT_EQ(streams.input(0).data(), signal);
    }
    EXPECT_EQ(streams.advance().data(), ended);
  }
}

/// Trials of two outputs. The mask of a step is its position modulo 2, and its opposite.
class MaskedTask : public Task {
 public:
  Index inputs() const override { return 0; }
  Index outputs() const override { return 2; }
  Index hints() const override { return 0; }
  bool fixed() const override { return false; }
  void make(TrialId, Trial& trial) const override {
    trial.length = 3;
    trial.targets.assign(6, 0.5);
    trial.masks = {0, 1, 1, 0, 0, 1};
  }
};

TEST(TrialStreams, ShowMasksOfTheComingStep) {
  const MaskedTask task;
  TrialStreams streams(task, plan_of(2, 0, 1));
  StepSignals signals(task, 2);
  for (const std::vector<std::uint8_t>& expected :
       {std::vector<std::uint8_t>{0, 0, 1, 0}, {1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 0}}) {
    signals.read(streams);
    EXPECT_EQ(signals.mask, expected) << "at step " << streams.position(0);
    streams.advance();
  }
}

TEST(TrialStreams, CountEverySampleOfTrialsWithoutMasks) {
  const ToyTask task({2});
  TrialStreams streams(task, plan_of(2, 0, 1));
  StepSignals signals(task, 2);
  signals.read(streams);
  EXPECT_TRUE(streams.mask(0).empty());
  EXPECT_EQ(signals.mask, (std::vector<std::uint8_t>{1, 0}));
}

}  // namespace
}  // namespace fullforce

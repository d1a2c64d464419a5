#include "fullforce/run/trial_counts.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "fullforce/model/silent_task.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

/// A task that seems to come from a file of so many trials, and whose tests may have a file of their own.
class FromFile : public SilentTask {
 public:
  explicit FromFile(Index trials, const Task* tests = nullptr) : SilentTask({}, 1), trials_(trials), tests_(tests) {}
  Index trials_in_file() const override { return trials_; }
  const Task& for_tests() const override { return tests_ ? *tests_ : *this; }

 private:
  Index trials_;
  const Task* tests_;
};

/// Two trials of one step, where only the last sample may count.
class MaskedTask : public FromFile {
 public:
  MaskedTask() : FromFile(2) {}
  void make(TrialId id, Trial& trial) const override {
    FromFile::make(id, trial);
    trial.masks = {id.number == 1 ? last : std::uint8_t{0}};
  }
  std::uint8_t last = 1;
};

constexpr Index by_default = RunOptions{}.test_trials;

TEST(TrialCounts, ATestRunsEachTrialOfItsOwnFileOnce) {
  const FromFile tests(7), task(3, &tests), alone(3);
  EXPECT_EQ(with_own_test({}, task).test_trials, 7);
  EXPECT_EQ(with_own_test({}, alone).test_trials, by_default);
  EXPECT_EQ(with_own_test({}, SilentTask({}, 1)).test_trials, by_default);
}

TEST(TrialCounts, ANumberThatIsGivenHolds) {
  const FromFile tests(7);
  for (const Index given : {0, 5, 7, 51}) EXPECT_EQ(trials_of_own_test(given, tests), given);
}

TEST(TrialCounts, ANumberThatDoesNotFitIsSpokenOf) {
  const FromFile tests(3);
  for (const Index fitting : {0, 3, 6}) EXPECT_EQ(warning_of_test(fitting, tests, "t.h5"), "");
  EXPECT_EQ(warning_of_test(2, tests, "t.h5"), "2 of 3 trials of t.h5 are tested");
  EXPECT_EQ(warning_of_test(5, tests, "t.h5"), "some trials count twice: the test runs 5 trials, and t.h5 has 3");
}

TEST(TrialCounts, TrialsThatTrainingNeverVisitsAreSpokenOf) {
  const FromFile task(7);
  for (const Index enough : {0, 7, 8}) EXPECT_EQ(warning_of_training(enough, task, "t.h5"), "");
  EXPECT_EQ(warning_of_training(5, task, "t.h5"), "2 of 7 trials of t.h5 are never visited (run.train_trials = 5)");
  EXPECT_EQ(warning_of_training(5, SilentTask({}, 1), "t.h5"), "") << "a task without a file";
}

TEST(TrialCounts, TrialsOfWhichNoSampleCountsAreRefused) {
  MaskedTask task;
  EXPECT_NO_THROW(require_samples(task, "t.h5")) << "the last sample of the last trial counts";
  task.last = 0;
  EXPECT_TRUE(
      says(message_of<InputError>([&] { require_samples(task, "t.h5"); }), "t.h5: no sample of its trials counts"));
  EXPECT_NO_THROW(require_samples(FromFile(2), "t.h5")) << "no masks leave out nothing";
  EXPECT_NO_THROW(require_samples(SilentTask({}, 1), "t.h5")) << "a task without a file";
}

}  // namespace
}  // namespace fullforce

#include "fullforce/run/learned_trials.hpp"

#include <gtest/gtest.h>

#include "fullforce/model/trial_streams.hpp"

namespace fullforce {
namespace {

/// Trials whose targets are their numbers, for training and for tests.
class NumberedTask : public Task {
 public:
  explicit NumberedTask(std::string file = {}) : file_(std::move(file)) {}
  Index inputs() const override { return 0; }
  Index outputs() const override { return 1; }
  Index hints() const override { return 0; }
  bool fixed() const override { return false; }
  std::string fingerprint() const override { return file_; }
  void make(TrialId id, Trial& trial) const override { trial = {2, {}, {static_cast<double>(id.number), 1.0}, {}}; }

 private:
  std::string file_;
};

TrialId test_trial(std::uint64_t number) { return {TrialKind::test, number}; }

TEST(LearnedTrials, AreKnownByTheirSignals) {
  const NumberedTask task;
  LearnedTrials network{"", {{task.trial_fingerprint({TrialKind::training, 7})}}};
  EXPECT_TRUE(has_learned(network, task, test_trial(7)));
  EXPECT_FALSE(has_learned(network, task, test_trial(8)));
  network.trials->clear();
  EXPECT_FALSE(has_learned(network, task, test_trial(7))) << "a network that has not learned yet";
}

TEST(LearnedTrials, OfOlderProgramsAreThoseOfTheirFile) {
  const NumberedTask task("this file");
  EXPECT_TRUE(has_learned({"this file"}, task, test_trial(7)));
  EXPECT_FALSE(has_learned({"another file"}, task, test_trial(7)));
  EXPECT_FALSE(has_learned({""}, NumberedTask(), test_trial(7)));
}

TEST(TrialsVisited, AreThoseThatEndedAndThoseThatStreamsAreWithin) {
  const NumberedTask task;
  const auto of = [&](std::vector<std::uint64_t> numbers) {
    std::vector<std::int64_t> all;
    for (const std::uint64_t number : numbers) all.push_back(task.trial_fingerprint({TrialKind::training, number}));
    std::sort(all.begin(), all.end());
    return all;
  };
  TrialStreams streams(task, {2, 0, 10, TrialKind::init, TrialKind::training});
  TrialsVisited visited(task, of({50}));
  EXPECT_EQ(visited.with_those_in(streams), of({50})) << "no trial has begun";
  streams.advance();
  EXPECT_EQ(visited.with_those_in(streams), of({50, 0, 1}));
  for (const FinishedTrial& trial : streams.advance()) visited.add(trial.number);
  EXPECT_EQ(visited.with_those_in(streams), of({50, 0, 1}));
  streams.advance();
  EXPECT_EQ(visited.with_those_in(streams), of({50, 0, 1, 2, 3}));
  visited.add(0);
  EXPECT_EQ(visited.with_those_in(streams), of({50, 0, 1, 2, 3})) << "each counts once";
}

}  // namespace
}  // namespace fullforce

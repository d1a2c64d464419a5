#include "fullforce/run/evaluation.hpp"

#include <gtest/gtest.h>

#include "fullforce/run/session.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

constexpr Index trials = 40;

/// Trials of different lengths with two outputs. In a third of the steps the second output does not count, and its
/// target is then so large that any score would show it.
class MixedTrials : public Task {
 public:
  Index inputs() const override { return 1; }
  Index outputs() const override { return 2; }
  Index hints() const override { return 0; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override {
    trial.length = 5 + static_cast<Index>(7 * id.number % 11);
    trial.inputs.assign(as_size(trial.length), 0.5);
    trial.targets.clear();
    trial.masks.clear();
    for (Index k = 0; k < trial.length; ++k) {
      const bool counts = k % 3 != 0;
      trial.targets.insert(trial.targets.end(),
                           {target(id.number, k), counts ? 1.0 / static_cast<double>(k + 1) : 1e3});
      trial.masks.insert(trial.masks.end(), {1, static_cast<std::uint8_t>(counts)});
    }
  }
  TrialLabel label(TrialId id) const override {
    return {static_cast<Index>(id.number) + 100, id.number % 2 == 0 ? "even" : "odd"};
  }
  static double target(std::uint64_t number, Index step) {
    return 0.1 * static_cast<double>(number) + 0.01 * static_cast<double>(step);
  }
};

/// Tests a network with so many streams.
TestScores scores_of(const Communicator& comm, const std::filesystem::path& network, Index streams,
                     Reset reset = Reset::none) {
  const MixedTrials task;
  TestJob job;
  job.run.streams = streams;
  job.run.init_trials = 1;
  job.run.test_trials = trials;
  job.reset = reset;
  job.network.neurons = 20;
  job.network_file = network;
  return test(comm, task, job).scores;
}

/// Has a network that never learned, so that its outputs are 0, and one that learned from a few trials.
class Evaluation : public ::testing::Test {
 protected:
  Evaluation() {
    const MixedTrials task;
    NetworkOptions network;
    network.neurons = 20;
    Session<double> session(comm_, task, {network, {}, 1, 1}, true);
    Simulation<double>& training = session.start_training({1, 1, 20, TrialKind::init, TrialKind::training}, 1);
    const NetworkFileHeader header{.config = "", .provenance = ""};
    session.save(folder_ / "network.h5", header, true);
    while (!training.finished()) training.step();
    training.flush();
    session.save(folder_ / "learned.h5", header, true);
  }

  Communicator comm_ = Communicator::world();
  TemporaryFolder folder_{comm_};
};

TEST_F(Evaluation, ListsTrialsInTheirOrderHoweverManyStreamsRunThem) {
  for (const Index streams : {1, 3, 16}) {
    const TestScores scores = scores_of(comm_, folder_ / "network.h5", streams);
    EXPECT_EQ(scores.origin(), TrialOrigin::fresh);
    EXPECT_EQ(scores.trials.size(), as_size(trials));
    Index number = 0;
    for (const ScoredTrial& trial : scores.trials) {
      EXPECT_EQ(trial.label.trial, number + 100);
      EXPECT_EQ(trial.label.condition, number % 2 == 0 ? "even" : "odd");
      EXPECT_EQ(trial.steps, 5 + 7 * number % 11);
      EXPECT_EQ(trial.squares.error, trial.squares.target) << "the outputs are 0";
      ++number;
    }
  }
}

TEST_F(Evaluation, HasTheSameBitsForAnyNumberOfStreams) {
  const TestScores one = scores_of(comm_, folder_ / "network.h5", 1);
  for (const Index streams : {3, 16}) {
    const TestScores many = scores_of(comm_, folder_ / "network.h5", streams);
    for (std::size_t n = 0; n < one.trials.size(); ++n)
      EXPECT_EQ(many.trials[n].squares.target, one.trials[n].squares.target) << n;
    for (std::size_t o = 0; o < 2; ++o) {
      EXPECT_EQ(many.outputs[o].squares().target, one.outputs[o].squares().target);
      EXPECT_EQ(many.outputs[o].target_variation(), one.outputs[o].target_variation());
    }
    EXPECT_EQ(many.total().error, one.total().error);
  }
}

TEST_F(Evaluation, OfTrialsThatBeginInTheSameStateDoesNotDependOnTheStreamsButForRounding) {
  const TestScores one = scores_of(comm_, folder_ / "learned.h5", 1, Reset::fixed);
  EXPECT_NE(one.trials[0].squares.error, one.trials[0].squares.target) << "the network must put something out";
  for (const Index streams : {3, 16}) {
    const TestScores many = scores_of(comm_, folder_ / "learned.h5", streams, Reset::fixed);
    for (std::size_t n = 0; n < one.trials.size(); ++n)
      EXPECT_NEAR(many.trials[n].squares.error, one.trials[n].squares.error, 1e-9 * one.trials[n].squares.error) << n;
  }
}

TEST_F(Evaluation, CountsSamplesWhoseMaskIsOne) {
  const TestScores scores = scores_of(comm_, folder_ / "network.h5", 3);
  double first = 0.0, sum = 0.0, squares = 0.0, count = 0.0;
  MixedTrials task;
  Trial trial;
  for (std::uint64_t n = 0; n < trials; ++n) {
    task.make({TrialKind::test, n}, trial);
    for (std::size_t k = 0; k < as_size(trial.length); ++k) {
      first += trial.targets[2 * k] * trial.targets[2 * k];
      if (trial.masks[2 * k + 1] == 0) continue;
      count += 1.0;
      sum += trial.targets[2 * k + 1];
      squares += trial.targets[2 * k + 1] * trial.targets[2 * k + 1];
    }
  }
  EXPECT_NEAR(scores.outputs[0].squares().error, first, 1e-9);
  EXPECT_NEAR(scores.outputs[1].squares().error, squares, 1e-9);
  EXPECT_NEAR(scores.outputs[1].target_variation(), squares - sum * sum / count, 1e-9);
  EXPECT_EQ(scores.output_names.size(), 2U);
}

}  // namespace
}  // namespace fullforce

#include "fullforce/model/trial_reset.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/random.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/neurons.hpp"
#include "fullforce/model/silent_task.hpp"

namespace fullforce {
namespace {

constexpr Index neurons = 600;
constexpr std::uint64_t weight_seed = 3, seed = 8;

/// Resets of two streams of a task whose trials all have four steps.
struct Resets {
  explicit Resets(Reset kind, Index streams = 2)
      : layout(Communicator::world(), neurons),
        connectivity(layout, options(), task, weight_seed, kind),
        reset(layout, kind, connectivity.start_state, seed, streams, 1) {}

  static NetworkOptions options() {
    NetworkOptions options;
    options.neurons = neurons;
    options.in_degree = 1;
    return options;
  }

  SilentTask task{Channels{1, 1, 0}, 4};
  Layout layout;
  Connectivity<double> connectivity;
  TrialReset<double> reset;

  std::vector<double> state(TrialId trial) {
    const auto x0 = reset.state(trial);
    return {x0.begin(), x0.end()};
  }
};

TEST(TrialReset, ZeroIsZero) {
  Resets resets(Reset::zero);
  EXPECT_EQ(resets.state({TrialKind::test, 5}), std::vector<double>(as_size(resets.layout.local_rows()), 0.0));
}

TEST(TrialReset, TheFixedStateFollowsFromTheSeedOfTheWeights) {
  Resets resets(Reset::fixed);
  const std::vector<double> state = resets.state({TrialKind::training, 0});
  EXPECT_EQ(state, resets.state({TrialKind::test, 7}));
  const Draws draws(weight_seed, Purpose::fixed_state);
  for (Index i = 0; i < resets.layout.local_rows(); ++i)
    EXPECT_EQ(state[as_size(i)], draws.normal(resets.layout.first_row() + i)) << i;
}

TEST(TrialReset, StatesOfTargetsHaveTheTargetRates) {
  Resets resets(Reset::zero);
  const std::vector<Index> listed = {577, 3};
  for (const Nonlinearity nonlinearity : {Nonlinearity::tanh, Nonlinearity::relu}) {
    TrialReset<double> reset(resets.layout, Reset::targets, resets.connectivity.start_state, seed, 2, 1,
                             {listed, TargetSource::rates, nonlinearity});
    const std::vector<double> rates = {0.75, 0.5};
    const auto x0 = reset.state({TrialKind::training, 2}, rates);
    for (Index i = 0; i < resets.layout.local_rows(); ++i) {
      const Index neuron = resets.layout.first_row() + i;
      const double rate = neuron == 577 ? 0.75 : neuron == 3 ? 0.5 : 0.0;
      EXPECT_NEAR(rate_at_state(nonlinearity, x0[as_size(i)]), rate, 1e-15) << neuron;
    }
    TrialReset<double> to_currents(resets.layout, Reset::targets, resets.connectivity.start_state, seed, 2, 1,
                                   {listed, TargetSource::currents, nonlinearity});
    const auto x1 = to_currents.state({TrialKind::training, 2}, rates);
    const Index neuron = 577 - resets.layout.first_row();
    if (neuron >= 0 && neuron < resets.layout.local_rows()) {
      EXPECT_EQ(x1[as_size(neuron)], 0.75);
    }
  }
}

TEST(TrialReset, ARandomStateFollowsFromSeedKindAndNumber) {
  Resets resets(Reset::random);
  const std::vector<double> state = resets.state({TrialKind::test_init, 4});
  const Draws draws(seed, Purpose::trial_state, 4, 2);
  for (Index i = 0; i < resets.layout.local_rows(); ++i)
    EXPECT_EQ(state[as_size(i)], draws.normal(resets.layout.first_row() + i)) << i;
  if (resets.layout.local_rows() == 0) return;
  EXPECT_NE(state, resets.state({TrialKind::test, 4}));
  EXPECT_NE(state, resets.state({TrialKind::test_init, 5}));
}

/// The second stream of a fixed trial begins in its middle, and has one init trial more than the first.
TEST(TrialReset, StreamsAreResetInTheFirstStepAndWhereATrialBegins) {
  Resets resets(Reset::zero);
  TrialStreams streams(resets.task, {.streams = 2, .init_trials = 1, .trials = 1});
  std::vector<std::vector<Index>> due;
  for (Index step = 0; step < 10; ++step) {
    const auto now = resets.reset.due(streams, step == 0);
    due.emplace_back(now.begin(), now.end());
    streams.advance();
  }
  const std::vector<std::vector<Index>> expected = {{0, 1}, {}, {1}, {}, {0}, {}, {}, {}, {}, {}};
  EXPECT_EQ(due, expected);
}

TEST(TrialReset, WithoutAResetNothingIsDueAndNothingIsKept) {
  Resets resets(Reset::none);
  EXPECT_TRUE(resets.reset.due(TrialStreams(resets.task, {.streams = 2}), true).empty());
  EXPECT_EQ(resets.connectivity.start_state.cols(), 0);
  EXPECT_EQ((TrialReset<double>::Shape{RowPartition(neurons, 1), 2, Reset::none}.bytes()), 0);
  EXPECT_EQ((TrialReset<double>::Shape{RowPartition(neurons, 1), 2, Reset::zero}.bytes()),
            neurons * (1 + padded_vectors<double>(2)) * 8);
}

}  // namespace
}  // namespace fullforce

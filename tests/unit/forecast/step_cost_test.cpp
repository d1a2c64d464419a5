#include "fullforce/forecast/step_cost.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/plain_machine.hpp"

namespace fullforce {
namespace {

double in(const RegionSeconds& seconds, TimerRegion region) { return seconds[as_size(region)]; }

TEST(StepCost, DenseStepCountsTenNSquaredOperationsASampleAndReadsThreeMatrices) {
  constexpr double N = 1000.0;
  const Work work = step_work(workload(1000, 16), StepKind::training);
  EXPECT_DOUBLE_EQ(work.operations, 10.0 * N * N * 16.0);
  // A panel of 64 columns is applied every fourth step. P and J are then read and written.
  EXPECT_DOUBLE_EQ(work.bytes, 8.0 * N * N * (3.0 + 2.0 * 2.0 / 4.0));
}

TEST(StepCost, EachNumberOfLearningStreamsCountsWithItsProbability) {
  Workload w = workload(100, 7);
  w.learning.update_probability = 0.3;
  const double N = 100.0;
  const Work work = step_work(w, StepKind::training);
  EXPECT_NEAR(work.operations, N * N * (4.0 * 7.0 + 6.0 * 0.3 * 7.0), 1e-3);
  double some_learn = 0.0;
  const StepAccount account = account_of_step(w.shape(1, 1), w, StepKind::training, {N, 1.0});
  for (const MatrixSweep& sweep : account.sweeps())
    if (sweep.region == TimerRegion::products) some_learn += sweep.times;
  EXPECT_NEAR(some_learn, 1.0 + 1.0 - std::pow(0.7, 7.0), 1e-9);  // J is read in every step, and P if anybody learns
}

TEST(StepCost, CachesMustHoldPAsAWholeHoweverRarelySomebodyLearns) {
  Machine m = plain_machine();
  m.core_bandwidth.back() = m.node_bandwidth.back() = giga;
  m.core_bandwidth.front() = 40 * giga;
  const auto step = [&](double probability) {
    Workload w = workload(100);
    w.learning.update_probability = probability;
    return total(step_seconds(w, StepKind::training, Deployment(1, 1, m), m));
  };
  EXPECT_NEAR(step(1e-17) / step(1e-3), 1.0, 2e-3);
  EXPECT_GT(step(1e-17), 1.05 * step(0.0)) << "J_D and J alone leave more of it to faster caches";
}

TEST(StepCost, InitStepsCostTheTargetNetworkAndTestStepsTheLearnedWeights) {
  const Work init = step_work(workload(100), StepKind::init);
  const Work test = step_work(workload(100), StepKind::test);
  EXPECT_DOUBLE_EQ(init.operations, 2.0 * 100.0 * 100.0);
  EXPECT_DOUBLE_EQ(test.operations, 2.0 * 100.0 * 100.0);
  const RegionSeconds seconds =
      step_seconds(workload(100), StepKind::test, Deployment(1, 1, plain_machine()), plain_machine());
  EXPECT_EQ(in(seconds, TimerRegion::target_network), 0.0);
  EXPECT_GT(in(seconds, TimerRegion::products), 0.0);
}

TEST(StepCost, ForceReadsTargetWeightsForBothNetworksAndUpdatesPAlone) {
  Workload w = workload(100);
  w.learning.rule = Rule::force;
  // The operations are those of J_D with two vectors, of P with one, and of the update of P.
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::training).operations, (4.0 + 2.0 + 2.0) * 100.0 * 100.0);
}

TEST(StepCost, LowRankCostsSixNdOperationsASampleBesideTheSparseTargetNetwork) {
  Workload w = workload(100000, 16);
  w.learning.features = FeatureKind::low_rank;
  w.learning.max_rank = 300;
  w.network.in_degree = 50;
  const double N = 1e5, d = 300.0, K = 50.0, B = 16.0;
  // The large operations are those of U^T r, of A a and of the update of A. P is only d x d.
  const double small = 4.0 * d * d * B;
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::training).operations, (2.0 * N * K + 6.0 * N * d) * B + small);
}

TEST(StepCost, TargetModesTakeThePlaceOfTheRowsOfJ) {
  Workload w = workload(1000, 4);
  w.learning.target_modes = 100;
  const double N = 1000.0, n = 100.0, B = 4.0, d = 1000.0;
  // The operations are those of J_D and P; of w, V z and V^T F; and of the updates of P and w.
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::training).operations, (6.0 * N * N + 2.0 * n * N * 4.0) * B);
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::test).operations, 4.0 * n * N * B);
  // The operations are those of J_D, of the currents in a basis of d directions, and of their moments.
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).operations, (2.0 * N * N + 2.0 * N * d + 2.0 * d * d) * B);
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::test_init).operations, 2.0 * N * N * B);
  EXPECT_GT(in(step_seconds(w, StepKind::training, Deployment(4, 1, plain_machine()), plain_machine()),
               TimerRegion::communication),
            in(step_seconds(workload(1000, 4), StepKind::training, Deployment(4, 1, plain_machine()), plain_machine()),
               TimerRegion::communication));
  const double saved = workload(1000, 4).shape(1, 1).file_bytes(false, true) - w.shape(1, 1).file_bytes(false, true);
  EXPECT_DOUBLE_EQ(saved, 8.0 * (N * N - 2.0 * n * N));
}

TEST(StepCost, NeuronsThatDoNotLearnRespondInTeacherForcedStepsToo) {
  const double square = 100.0 * 100.0;
  Workload w = workload(100);
  w.learning.plastic_fraction = 0.3;
  // The operations are those of J_D and of J.
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).operations, 4.0 * square);
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::test_init).operations, 4.0 * square);
  w.learning.plastic_fraction = 1.0;
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).operations, 2.0 * square);
  // Of targets of a file, too, there may be some. There is no J_D.
  w.target = TargetSource::currents;
  w.channels.neuron_targets = w.channels.end_of_neuron_targets = 100;
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).operations, 0.0);
  w.channels.neuron_targets = 7;
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).operations, 2.0 * square);
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::test_init).operations, 2.0 * square);
}

TEST(StepCost, GroupsThatDoNotLearnHaveNoP) {
  Workload w = workload(1000, 4);
  w.learning.features = FeatureKind::sparse;
  w.learning.plastic_in_degree = 60;
  w.learning.readout_inputs = 60;
  w.learning.group = 10;
  const auto learning = [&](double share, Index ranks) {
    w.learning.plastic_fraction = share;
    const SessionShape shape = w.shape(static_cast<int>(ranks), 1);
    StepAccount account;
    const double rows = 1000.0 / static_cast<double>(ranks);
    shape.plasticity().account_of_learning(4, {rows, 1.0 / static_cast<double>(ranks)}, account);
    return account.work().operations;
  };
  // A group of 10 neurons takes 2 K^2 + 2 M K operations a sample, and the readout takes 2 K^2.
  const double of_group = 4.0 * (2.0 * 60.0 * 60.0 + 2.0 * 10.0 * 60.0), of_readout = 4.0 * 2.0 * 60.0 * 60.0;
  EXPECT_DOUBLE_EQ(learning(1.0, 1), 100.0 * of_group + of_readout);
  EXPECT_DOUBLE_EQ(learning(0.3, 1), 30.0 * of_group + of_readout);
  EXPECT_DOUBLE_EQ(learning(0.3, 4), 25.0 * of_group + of_readout) << "the first rank has groups that learn alone";
  const auto bytes = [&](double share) {
    w.learning.plastic_fraction = share;
    return static_cast<double>(w.shape(1, 1).bytes());
  };
  const double of_P = (bytes(1.0) - bytes(0.3)) / 70.0;
  EXPECT_NEAR(of_P, 60.0 * 61.0 / 2.0 * 8.0, 0.4 * of_P) << "with padding and the panel";
  EXPECT_DOUBLE_EQ(bytes(0.3) - bytes(0.1), 20.0 * of_P);
}

TEST(StepCost, SparseElementsReadTheRatesThatTheirIndicesName) {
  Workload w = workload(100000, 16);
  w.network.in_degree = 50;
  const Machine m = plain_machine();
  const double elements = 1e5 * 50.0;
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).bytes, elements * (8.0 + 4.0));
  EXPECT_NEAR(total(step_seconds(w, StepKind::init, Deployment(1, 1, m), m)),
              elements * (12.0 + 16.0 * 8.0) / (10 * giga), 1e-9);
}

TEST(StepCost, ReadingBoundsOneStreamAndProductsManyStreams) {
  const Machine m = plain_machine();
  const Deployment one(1, 1, m);
  const double N = 4000.0;
  const RegionSeconds single_stream = step_seconds(workload(4000), StepKind::init, one, m);
  EXPECT_NEAR(total(single_stream), 8.0 * N * N / (10 * giga), 1e-9);
  const RegionSeconds many = step_seconds(workload(4000, 32), StepKind::init, one, m);
  EXPECT_NEAR(total(many), std::max(8.0 / (10 * giga), 0.32e-9) * N * N, 1e-9);
}

TEST(StepCost, CoresOfANodeShareItsMemory) {
  const Machine m = plain_machine();
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 1.0, 1e9), 10 * giga);
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 2.0, 1e9), 20 * giga);
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 4.0, 1e9), 20 * giga);
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 8.0, 1e9),
                   20 * giga);  // what does not add up does not grow with cores that were not measured
}

TEST(StepCost, RanksFillNodesOfTheirThreads) {
  const Machine m = plain_machine();
  const Deployment d(6, 2, m);
  EXPECT_EQ(d.ranks_per_node, 2);
  EXPECT_EQ(d.nodes(), 3);
  EXPECT_EQ(Deployment(1, 16, m).ranks_per_node, 1);
}

TEST(StepCost, MessagesCostNothingAloneAndMoreBetweenNodes) {
  const Machine m = plain_machine();
  const auto messages = [&](int ranks) {
    return in(step_seconds(workload(1000), StepKind::training, Deployment(ranks, 1, m), m), TimerRegion::communication);
  };
  EXPECT_EQ(messages(1), 0.0);
  EXPECT_GT(messages(2), 2e-6);
  EXPECT_GT(messages(8), messages(4) + 10e-6);
}

// Only the rank that has both sides of the diagonal of P reads half of it. Its threads share that.
TEST(StepCost, ThreadsOfOneRankReadLessOfPThanRanks) {
  Machine m = plain_machine();
  m.cores = 16;
  const auto products = [&](int ranks, int threads) {
    return in(step_seconds(workload(4096), StepKind::training, Deployment(ranks, threads, m), m),
              TimerRegion::products);
  };
  EXPECT_LT(products(1, 16), 0.9 * products(16, 1));
}

TEST(StepCost, EachNodeHasSendersOfItsOwn) {
  Machine m = plain_machine();
  m.cores = 8;
  m.most_sharing = 3;
  EXPECT_EQ(Deployment(64, 1, m).senders(), 24);
  EXPECT_EQ(Deployment(18, 1, m).senders(), 3 + 3 + 1);
}

TEST(StepCost, RanksThatMayNotShareMemorySendMessages) {
  Machine m = plain_machine();
  const auto communication = [&] {
    return in(step_seconds(workload(1000), StepKind::training, Deployment(4, 1, m), m), TimerRegion::communication);
  };
  EXPECT_EQ(Deployment(4, 1, m).sharing, 4);
  EXPECT_EQ(Deployment(4, 1, m).senders(), 1);
  const double shared = communication();
  m.most_sharing = 3;
  EXPECT_EQ(Deployment(4, 1, m).senders(), 2);
  m.most_sharing = 1;
  EXPECT_EQ(Deployment(4, 1, m).sharing, 1);
  EXPECT_EQ(Deployment(4, 1, m).senders(), 4);
  EXPECT_GT(communication(), shared);
}

TEST(StepCost, AThousandRanksAreFasterThanOneUntilMessagesRule) {
  const Machine m = plain_machine();
  const auto step = [&](Index neurons, int ranks) {
    return total(step_seconds(workload(neurons), StepKind::training, Deployment(ranks, 1, m), m));
  };
  EXPECT_LT(step(100000, 1000), step(100000, 100));
  EXPECT_GT(step(300, 1000), step(300, 4));
}

/// The 1000 neurons of a rank are 10 groups of 50 partners each, which rarely coincide.
TEST(StepCost, OnlyRatesThatAreReadTravel) {
  Workload w = workload(100000, 4);
  w.target = TargetSource::currents;
  w.learning.features = FeatureKind::sparse;
  w.learning.plastic_in_degree = 50;
  w.learning.group = 100;
  w.learning.readout_inputs = 200;
  const auto bytes = [&](int ranks, int sharing) {
    const StepAccount account =
        account_of_step(w.shape(ranks, 1, sharing), w, StepKind::training, {1e5 / ranks, 1.0 / ranks});
    EXPECT_EQ(account.messages().size(), 1u);
    return account.messages().front().bytes;
  };
  const double all = 8.0 * 4.0 * 1e5;
  const auto read = [](double groups) { return 1.0 - (1.0 - 200.0 / 1e5) * std::pow(1.0 - 50.0 / 1e5, groups); };
  EXPECT_NEAR(bytes(100, 1) / all, read(10.0), 0.01);
  EXPECT_NEAR(bytes(100, 10) / all, read(100.0), 0.01) << "ranks that share memory receive what any of them reads";
  EXPECT_EQ(bytes(100, 100), all) << "nothing travels";
  EXPECT_EQ(bytes(10, 10), all);
  EXPECT_NEAR(bytes(2, 1) / all, read(500.0), 0.01);
  w.learning.group = 1;
  EXPECT_EQ(bytes(2, 1), all) << "more than half is read, so all travels";
  w.learning.group = 100;
  w.target = TargetSource::generator;
  EXPECT_EQ(bytes(100, 1), 2.0 * all) << "a dense J_D reads all r_D, and both rates of a neuron travel together";
  w.network.in_degree = 10;
  const double unread = (1.0 - read(10.0)) * std::pow(1.0 - 10.0 / 1e5, 1000.0) * (1.0 - 0.01);  // 1000 are checked
  EXPECT_NEAR(bytes(100, 1) / (2.0 * all), 1.0 - unread, 0.01);
  w.network.neurons = 1000;
  EXPECT_EQ(bytes(100, 1), 2.0 * all / 100.0) << "the check of the drive looks at all neurons";
}

}  // namespace
}  // namespace fullforce

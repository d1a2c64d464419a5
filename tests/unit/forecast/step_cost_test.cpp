#include "fullforce/forecast/step_cost.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "fullforce/base/check.hpp"
#include "fullforce/forecast/forecast.hpp"
#include "fullforce/forecast/step_probe.hpp"
#include "fullforce/run/memory.hpp"

namespace fullforce {
namespace {

constexpr double giga = 1e9;

/// A machine in round numbers: nothing counts but reading, products and messages.
Machine plain_machine() {
  Machine m;
  m.cores = 4;
  m.memory = Index{1} << 34;
  m.bandwidth_cores = 4;
  m.core_bandwidth.fill(10 * giga);
  m.node_bandwidth.fill(20 * giga);
  for (StepConstants* steps : {&m.double_precision, &m.single_precision}) {
    steps->product_rate = 100 * giga;
    steps->product = {0.01e-9, 0.04e-9, 0.16e-9, 0.32e-9};
    steps->flush = 0.01e-9;
  }
  m.within_node = {1e-6, 1 * giga};
  m.between_nodes = {10e-6, 1 * giga};
  m.file_bandwidth = giga;
  return m;
}

Workload workload(Index neurons, Index streams = 1) {
  Workload w;
  w.network.neurons = neurons;
  w.streams = streams;
  w.learning.update_probability = 1.0;
  return w;
}

double phase(const RegionSeconds& seconds, TimerRegion p) { return seconds[as_size(p)]; }

TEST(CostModel, DenseStepCountsTenNSquaredOperationsASampleAndReadsThreeMatrices) {
  constexpr double N = 1000.0;
  const Work work = step_work(workload(1000, 16), StepKind::training);
  EXPECT_DOUBLE_EQ(work.operations, 10.0 * N * N * 16.0);
  // A panel of 64 columns is applied every fourth step: P and J are then read and written.
  EXPECT_DOUBLE_EQ(work.bytes, 8.0 * N * N * (3.0 + 2.0 * 2.0 / 4.0));
}

TEST(CostModel, EachNumberOfLearnersCountsWithItsProbability) {
  Workload w = workload(100, 7);
  w.learning.update_probability = 0.3;
  const double N = 100.0;
  const Work work = step_work(w, StepKind::training);
  EXPECT_NEAR(work.operations, N * N * (4.0 * 7.0 + 6.0 * 0.3 * 7.0), 1e-3);
  double some_learn = 0.0;
  for (const MatrixSweep& sweep : sweeps(w, StepKind::training, N))
    if (sweep.phase == TimerRegion::products) some_learn += sweep.times;
  EXPECT_NEAR(some_learn, 1.0 + 1.0 - std::pow(0.7, 7.0), 1e-9);  // J in every step, P if anybody learns
}

TEST(CostModel, CachesMustHoldPAsAWholeHoweverRarelySomebodyLearns) {
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

TEST(CostModel, InitStepsCostTheTargetNetworkAndTestStepsTheLearnedWeights) {
  const Work init = step_work(workload(100), StepKind::init);
  const Work test = step_work(workload(100), StepKind::test);
  EXPECT_DOUBLE_EQ(init.operations, 2.0 * 100.0 * 100.0);
  EXPECT_DOUBLE_EQ(test.operations, 2.0 * 100.0 * 100.0);
  const RegionSeconds seconds =
      step_seconds(workload(100), StepKind::test, Deployment(1, 1, plain_machine()), plain_machine());
  EXPECT_EQ(phase(seconds, TimerRegion::target_network), 0.0);
  EXPECT_GT(phase(seconds, TimerRegion::products), 0.0);
}

TEST(CostModel, ForceReadsTargetWeightsForBothNetworksAndUpdatesPAlone) {
  Workload w = workload(100);
  w.learning.rule = Rule::force;
  // J_D with two vectors, P with one, and the update of P.
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::training).operations, (4.0 + 2.0 + 2.0) * 100.0 * 100.0);
  EXPECT_DOUBLE_EQ(sample_update_work(w).operations, 2.0 * 100.0 * 100.0);
}

TEST(CostModel, LowRankCostsSixNdOperationsASampleBesideTheSparseTargetNetwork) {
  Workload w = workload(100000, 16);
  w.learning.features = FeatureKind::low_rank;
  w.learning.max_rank = 300;
  w.network.in_degree = 50;
  const double N = 1e5, d = 300.0, K = 50.0, B = 16.0;
  // U^T r and A a, and the update of A; P is d x d.
  const double small = 4.0 * d * d * B;
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::training).operations, (2.0 * N * K + 6.0 * N * d) * B + small);
}

TEST(CostModel, TargetModesTakeThePlaceOfTheRowsOfJ) {
  Workload w = workload(1000, 4);
  w.learning.target_modes = 100;
  const double N = 1000.0, n = 100.0, B = 4.0, d = 1000.0;
  // J_D and P; w, V z, V^T F; updates of P and w.
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::training).operations, (6.0 * N * N + 2.0 * n * N * 4.0) * B);
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::test).operations, 4.0 * n * N * B);
  // J_D; the currents in a basis of d directions, and their moments.
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).operations, (2.0 * N * N + 2.0 * N * d + 2.0 * d * d) * B);
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::test_init).operations, 2.0 * N * N * B);
  EXPECT_GT(
      phase(step_seconds(w, StepKind::training, Deployment(4, 1, plain_machine()), plain_machine()),
            TimerRegion::communication),
      phase(step_seconds(workload(1000, 4), StepKind::training, Deployment(4, 1, plain_machine()), plain_machine()),
            TimerRegion::communication));
  const std::unique_ptr<Task> task = make_task(TaskOptions{}, 0.001, 1);
  const double saved = network_file_bytes(workload(1000, 4), *task, false) - network_file_bytes(w, *task, false);
  EXPECT_DOUBLE_EQ(saved, 8.0 * (N * N - 2.0 * n * N));
}

TEST(CostModel, SparseElementsReadTheRatesThatTheirIndicesName) {
  Workload w = workload(100000, 16);
  w.network.in_degree = 50;
  const Machine m = plain_machine();
  const double elements = 1e5 * 50.0;
  EXPECT_DOUBLE_EQ(step_work(w, StepKind::init).bytes, elements * (8.0 + 4.0));
  EXPECT_NEAR(total(step_seconds(w, StepKind::init, Deployment(1, 1, m), m)),
              elements * (12.0 + 16.0 * 8.0) / (10 * giga), 1e-9);
}

TEST(CostModel, ReadingBoundsOneStreamAndProductsManyStreams) {
  const Machine m = plain_machine();
  const Deployment one(1, 1, m);
  const double N = 4000.0;
  const RegionSeconds single_stream = step_seconds(workload(4000), StepKind::init, one, m);
  EXPECT_NEAR(total(single_stream), 8.0 * N * N / (10 * giga), 1e-9);
  const RegionSeconds many = step_seconds(workload(4000, 32), StepKind::init, one, m);
  EXPECT_NEAR(total(many), std::max(8.0 / (10 * giga), 0.32e-9) * N * N, 1e-9);
}

TEST(CostModel, CoresOfANodeShareItsMemory) {
  const Machine m = plain_machine();
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 1.0, 1e9), 10 * giga);
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 2.0, 1e9), 20 * giga);
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 4.0, 1e9), 20 * giga);
  EXPECT_DOUBLE_EQ(node_bandwidth(m, 8.0, 1e9),
                   20 * giga);  // what does not add up does not grow with cores that were not measured
}

TEST(CostModel, RanksFillNodesOfTheirThreads) {
  const Machine m = plain_machine();
  const Deployment d(6, 2, m);
  EXPECT_EQ(d.ranks_per_node, 2);
  EXPECT_EQ(d.nodes(), 3);
  EXPECT_EQ(Deployment(1, 16, m).ranks_per_node, 1);
}

TEST(CostModel, MessagesCostNothingAloneAndMoreBetweenNodes) {
  const Machine m = plain_machine();
  const auto messages = [&](int ranks) {
    return phase(step_seconds(workload(1000), StepKind::training, Deployment(ranks, 1, m), m),
                 TimerRegion::communication);
  };
  EXPECT_EQ(messages(1), 0.0);
  EXPECT_GT(messages(2), 2e-6);
  EXPECT_GT(messages(8), messages(4) + 10e-6);
}

TEST(CostModel, AThousandRanksAreFasterThanOneUntilMessagesRule) {
  const Machine m = plain_machine();
  const auto step = [&](Index neurons, int ranks) {
    return total(step_seconds(workload(neurons), StepKind::training, Deployment(ranks, 1, m), m));
  };
  EXPECT_LT(step(100000, 1000), step(100000, 100));
  EXPECT_GT(step(300, 1000), step(300, 4));
}

TEST(CostModel, InterpolatesAndGoesOnWithTheLastSlope) {
  const OverStreams values = {1.0, 4.0, 16.0, 32.0};
  EXPECT_DOUBLE_EQ(interpolate(sampled_streams, values, 1.0), 1.0);
  EXPECT_DOUBLE_EQ(interpolate(sampled_streams, values, 10.0), 10.0);
  EXPECT_DOUBLE_EQ(interpolate(sampled_streams, values, 64.0), 64.0);
}

TEST(Machine, TextReadsBackToTheSame) {
  Machine m = plain_machine();
  m.steps_from = "measured";
  m.single_precision.rows[0] = {1e-9, 2e-9, 3e-9, 4e-9};
  const std::string text = machine_text(m);
  EXPECT_EQ(machine_text(parse_machine(text, "m.json")), text);
}

TEST(Machine, RefusesWhatItDoesNotKnow) {
  const std::string head = R"({"format": "fullforce-machine", "format_version": 1, )";
  for (const char* wrong : {"{", R"({"format": "other"})", R"({"format": "fullforce-machine", "format_version": 2})"})
    EXPECT_THROW(parse_machine(wrong, "m.json"), InputError) << wrong;
  for (const char* wrong :
       {R"("nodes": {}})", R"("node": {"core": 1}})", R"("node": {"cores": 0}})", R"("node": {"cores": "two"}})",
        R"("node": 3})", R"("bandwidth": {"core_bytes_per_second": [1, 2]}})",
        R"("bandwidth": {"core_bytes_per_second": [1, 2, 0, 3, 4, 5, 6, 7, 8, 9]}})",
        R"("single": {"flush_seconds": -1}})", R"("files": {"bytes_per_second": null}})"})
    EXPECT_THROW(parse_machine(head + wrong, "m.json"), InputError) << wrong;
  EXPECT_EQ(parse_machine(head + R"("node": {"cores": 3}})", "m.json").cores, 3);
}

class Plan : public testing::Test {
 protected:
  Forecast of(const Workload& w, int ranks) const {
    return forecast_run(w, run, *task, Deployment(ranks, 1, machine), machine);
  }

  Machine machine = plain_machine();
  RunOptions run;
  std::unique_ptr<Task> task = make_task(TaskOptions{}, 0.001, 1);
};

TEST_F(Plan, CountsTheStepsOfARun) {
  run.streams = 4;
  run.train_trials = 10;
  const RunSteps steps = run_steps(run, *task);
  // Streams of a fixed trial begin 500 steps apart: the first is free after 18,500 and takes the trials 0, 4 and 8; the
  // second one ends trial 9.
  EXPECT_EQ(steps.init, 18500.0);
  EXPECT_EQ(steps.training, 25000.0 - 18500.0);
  EXPECT_EQ(steps.test_init, 20000.0);
  EXPECT_EQ(steps.test, 45000.0 - 18500.0);
}

TEST_F(Plan, NeedsTheMemoryThatTheRunWillAskFor) {
  const Workload w = workload(5000, 4);
  const Index run_bytes = bytes_per_rank(RowPartition(5000, 2), w.network, w.learning, *task, w.streams);
  const double program = of(w, 2).bytes_per_rank - static_cast<double>(run_bytes);
  EXPECT_GT(program, 0.0);
  EXPECT_LT(program, 100e6);
}

TEST_F(Plan, RefusesWhatCannotFitAndSaysWhatWould) {
  const Forecast plan = of(workload(40000), 1);
  try {
    require_fit(plan, *task, machine);
    ADD_FAILURE() << "40000^2 x 3 x 8 bytes are more than 16 GiB";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("16 ranks"), std::string::npos) << text;
    EXPECT_NE(text.find("network.neurons = 26000"), std::string::npos) << text;
  }
  EXPECT_NO_THROW(require_fit(of(workload(26000), 1), *task, machine));
  EXPECT_NO_THROW(require_fit(of(workload(40000), 16), *task, machine));
}

TEST_F(Plan, TextAndJsonNameWhatIsAssumed) {
  Machine assumed = assumed_machine();
  const Forecast plan = forecast_run(workload(300), run, *task, Deployment(1, 1, assumed), assumed);
  EXPECT_NE(forecast_text(plan, assumed).find("assumed"), std::string::npos);
  EXPECT_NE(forecast_json(plan, assumed).find("\"from\": \"assumed\""), std::string::npos);
}

TEST(StepProbe, TimesStepsOnAllRanks) {
  const Communicator comm = Communicator::world();
  const StepTimes times = time_steps(comm, workload(50, 3), 0.01);
  EXPECT_GT(times.seconds, 0.0);
  EXPECT_TRUE(std::is_sorted(times.windows.begin(), times.windows.end()));
  EXPECT_NEAR(std::accumulate(times.phases.begin(), times.phases.end(), 0.0), times.seconds, 1e-12);
}

}  // namespace
}  // namespace fullforce

#include "fullforce/run/simulation.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <numeric>
#include <tuple>

#include "fullforce/base/check.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"
#include "fullforce/run/session.hpp"

namespace {
std::atomic<long> allocations{0};
}

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* p = std::malloc(bytes)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace fullforce {
namespace {

constexpr Index neurons = 70;
constexpr Index streams = 3;

/// Features are of low rank if a largest rank is given.
LearningOptions learning_options(Rule rule, Index modes, Index max_rank) {
  LearningOptions o;
  if (max_rank > 0) o.features = FeatureKind::low_rank;
  if (max_rank > 0) o.max_rank = max_rank;
  o.target_modes = modes;
  o.rank_tolerance = 1e-12;
  o.rule = rule;
  o.update_probability = 0.8;
  o.panel = 1000;  // so large that it is never full within these tests
  return o;
}

NetworkOptions network_options(double gain) {
  NetworkOptions o;
  o.neurons = neurons;
  o.gain = gain;
  o.noise = 0.001;
  return o;
}

struct Toy {
  explicit Toy(const Communicator& comm, Rule rule = Rule::full_force, double gain = 1.5, Index modes = 0,
               Index max_rank = 0, bool learns = true)
      : task(make_task(TaskOptions{}, 0.001, 1)),
        session(comm, *task, {network_options(gain), learning_options(rule, modes, max_rank), streams}, learns),
        simulation(session.start_training({streams, 1, 50, TrialKind::init, TrialKind::training}, 1)) {}

  const SharedGainRls<double>& rls() const { return dynamic_cast<const SharedGainRls<double>&>(session.plasticity()); }

  std::unique_ptr<Task> task;
  Session<double> session;
  Simulation<double>& simulation;
};

void step_until_training(Toy& run) {
  while (!run.simulation.streams().any_running()) run.simulation.step();
  for (int k = 0; k < 20; ++k) run.simulation.step();
}

TEST(Simulation, AStepAllocatesNothing) {
  const Communicator comm = Communicator::world();
  using Case = std::tuple<Rule, Index, Index>;
  for (const auto& [rule, modes, max_rank] : {Case{Rule::full_force, 0, 0}, Case{Rule::force, 0, 0},
                                              Case{Rule::full_force, 12, 0}, Case{Rule::full_force, 0, 8}}) {
    Toy run(comm, rule, 1.5, modes, max_rank);
    step_until_training(run);
    const long before = allocations;
    for (int k = 0; k < 100; ++k) run.simulation.step();
    EXPECT_EQ(allocations - before, 0);
    EXPECT_GT(run.simulation.samples(), 0);
  }
}

/// With one rank there is nothing to gather.
Index gathers_of_a_step(const Communicator& comm) { return comm.size() > 1 ? 1 : 0; }

TEST(Simulation, AStepHasTwoCollectives) {
  const Communicator comm = Communicator::world();
  Toy run(comm);
  run.simulation.step();
  const Index before_init = comm.calls();
  for (int k = 0; k < 10; ++k) run.simulation.step();
  EXPECT_EQ(comm.calls() - before_init, 10 * gathers_of_a_step(comm)) << "init trials only gather";
  step_until_training(run);
  const Index before = comm.calls();
  for (int k = 0; k < 50; ++k) run.simulation.step();
  EXPECT_EQ(comm.calls() - before, 50 * (gathers_of_a_step(comm) + 1));
}

/// Trials have 40 steps, so that two of 80 steps begin one.
TEST(Simulation, AResetTakesTheCollectivesOfAStepOnceMoreAndAllocatesNothing) {
  const Communicator comm = Communicator::world();
  NetworkOptions network = network_options(1.5);
  network.dt = network.tau = 0.05;
  const std::unique_ptr<Task> task = make_task(TaskOptions{}, network.dt, 1);
  Session<double> session(comm, *task, {network, learning_options(Rule::full_force, 0, 0), 1, 1, Reset::random}, true);
  Simulation<double>& simulation = session.start_training({1, 1, 50, TrialKind::init, TrialKind::training}, 1);
  for (int k = 0; k < 90; ++k) simulation.step();
  const Index before = comm.calls();
  const long allocated = allocations;
  for (int k = 0; k < 80; ++k) simulation.step();
  EXPECT_EQ(allocations - allocated, 0);
  EXPECT_EQ(comm.calls() - before, 82 * (gathers_of_a_step(comm) + 1));
}

TEST(Simulation, AFreeLowRankTestGathersNothing) {
  const Communicator comm = Communicator::world();
  Toy toy(comm, Rule::full_force, 1.5, 0, 8, false);
  Simulation<double>& test = toy.session.start_test({streams, 0, 50, TrialKind::test_init, TrialKind::test}, 1, 0.001);
  const Index before = comm.calls();
  for (int k = 0; k < 10; ++k) test.step();
  EXPECT_EQ(comm.calls() - before, 10) << "sums of the features";
}

TEST(Simulation, TargetModesTakeTwoCollectivesMore) {
  const Communicator comm = Communicator::world();
  Toy run(comm, Rule::full_force, 1.5, 12);
  step_until_training(run);
  Index learning_steps = 0;
  const Index before = comm.calls();
  for (int k = 0; k < 50; ++k) {
    const Index samples = run.simulation.samples();
    run.simulation.step();
    learning_steps += run.simulation.samples() > samples ? 1 : 0;
  }
  // The rates and the outputs of the modes are gathered. One sum over the ranks is P's. Steps from which somebody
  // learns have another sum, which is that of the modes' targets.
  EXPECT_EQ(comm.calls() - before, (2 * gathers_of_a_step(comm) + 1) * 50 + learning_steps);
  EXPECT_GT(learning_steps, 25);
}

TEST(Simulation, TargetModesAreFixedWhenTheFirstStreamHasEndedItsInitTrials) {
  const Communicator comm = Communicator::world();
  Toy run(comm, Rule::full_force, 1.5, 12);
  // Each init trial has 2000 steps. The first stream has one, and the others complete the one that they began within.
  for (int k = 0; k < 1999; ++k) run.simulation.step();
  EXPECT_TRUE(run.rls().is_observing());
  run.simulation.step();
  EXPECT_FALSE(run.rls().is_observing());
  EXPECT_TRUE(run.simulation.streams().any_forced());
  EXPECT_EQ(run.rls().modes()->found(), 12);
}

TEST(Simulation, AsManyTargetModesAsNeuronsAreOrdinaryLearning) {
  const Communicator comm = Communicator::world();
  Toy ordinary(comm), modes(comm, Rule::full_force, 1.5, neurons);
  for (int k = 0; k < 2400; ++k) {
    ordinary.simulation.step();
    modes.simulation.step();
  }
  EXPECT_GT(modes.simulation.samples(), 200);
  std::vector<Index> all(neurons);
  std::iota(all.begin(), all.end(), Index{0});
  std::vector<double> r(neurons), expected(neurons), r_D(neurons);
  ordinary.simulation.sample(2, all, expected, r_D);
  modes.simulation.sample(2, all, r, r_D);
  for (std::size_t i = 0; i < r.size(); ++i) EXPECT_NEAR(r[i], expected[i], 1e-5) << i;
  EXPECT_NEAR(modes.simulation.outputs()[2], ordinary.simulation.outputs()[2], 1e-5);
}

TEST(Simulation, SaysWhereItDiverged) {
  const Communicator comm = Communicator::world();
  for (const Index modes : {0, 12}) {
    Toy run(comm, Rule::full_force, 1e308, modes);
    try {
      for (int k = 0; k < 100; ++k) run.simulation.step();
      ADD_FAILURE() << "it must diverge";
    } catch (const RunError& error) {
      EXPECT_NE(std::string(error.what()).find("diverged at step"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("init trial 0"), std::string::npos) << error.what();
    }
  }
}

TEST(Simulation, RatesWithoutBoundEndTheRunWhereTheyGrow) {
  const Communicator comm = Communicator::world();
  const std::unique_ptr<Task> task = make_task(TaskOptions{}, 0.001, 1);
  NetworkOptions network = network_options(4.0);
  network.nonlinearity = Nonlinearity::relu;
  Session<double> session(comm, *task, {network, learning_options(Rule::full_force, 0, 0), streams}, true);
  Simulation<double>& simulation = session.start_training({streams, 1, 50}, 1);
  try {
    for (int k = 0; k < 2000; ++k) simulation.step();
    ADD_FAILURE() << "its rates must grow without end";
  } catch (const RunError& error) {
    EXPECT_NE(std::string(error.what()).find("diverged at step"), std::string::npos) << error.what();
  }
}

TEST(Simulation, BothRulesHaveTheSameFixedWeights) {
  const Communicator comm = Communicator::world();
  Toy full_force(comm, Rule::full_force), force(comm, Rule::force);
  const Connectivity<double>&a = full_force.session.connectivity(), &b = force.session.connectivity();
  for (Index i = 0; i < full_force.session.layout().local_rows(); ++i) {
    EXPECT_EQ(a.J_D(i, 3), b.J_D(i, 3));
    EXPECT_EQ(a.u_in(i, 0), b.u_in(i, 0));
    EXPECT_EQ(a.u_out(i, 0), b.u_out(i, 0));
  }
}

TEST(Simulation, StreamsOfAFixedTaskStartApart) {
  const Communicator comm = Communicator::world();
  const Toy run(comm);
  EXPECT_EQ(run.simulation.streams().position(0), 0);
  EXPECT_EQ(run.simulation.streams().position(1), 666);
  EXPECT_EQ(run.simulation.streams().position(2), 1333);
}

}  // namespace
}  // namespace fullforce

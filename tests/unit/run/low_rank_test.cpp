#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <complex>

#include "fullforce/learning/shared_gain_rls.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/run/session.hpp"

namespace fullforce {
namespace {

/// A run with low-rank features.
struct LowRankRun {
  LowRankRun(const Communicator& comm, Index neurons, Index streams, Index max_rank, double tolerance, double noise,
             Index modes = 0)
      : task(make_task(TaskOptions{}, 0.001, 1)),
        session(comm, *task, {network_options(neurons, noise), learning_options(max_rank, tolerance, modes), streams},
                true),
        simulation(session.start_training({streams, 1, 50, TrialKind::init, TrialKind::training}, 1)),
        rls(dynamic_cast<SharedGainRls<double>&>(session.plasticity())) {}

  static NetworkOptions network_options(Index neurons, double noise) {
    NetworkOptions o;
    o.neurons = neurons;
    o.noise = noise;
    o.in_degree = neurons / 4;
    return o;
  }
  static LearningOptions learning_options(Index max_rank, double tolerance, Index modes) {
    LearningOptions o;
    o.target_modes = modes;
    o.features = FeatureKind::low_rank;
    o.rank_tolerance = tolerance;
    o.max_rank = max_rank;
    return o;
  }

  /// Runs so many training trials and returns their errors.
  std::vector<double> train(Index trials) {
    std::vector<double> errors;
    while (static_cast<Index>(errors.size()) < trials)
      for (const TrialResult& trial : simulation.step()) errors.push_back(trial.error());
    return errors;
  }

  std::unique_ptr<Task> task;
  Session<double> session;
  Simulation<double>& simulation;
  SharedGainRls<double>& rls;
};

TEST(LowRank, LearnsTheOscillationWithFewerFeaturesThanNeurons) {
  const Communicator comm = Communicator::world();
  LowRankRun run(comm, 300, 2, 300, 1e-3, 0.0);
  EXPECT_LT(run.train(4).back(), 0.5);
  EXPECT_GT(run.rls.features(), 50);
  EXPECT_LT(run.rls.features(), 250);
  EXPECT_LT(run.rls.basis()->energy_left_out(), 1e-3 * run.rls.basis()->energy());
}

TEST(LowRank, LearnsFewTargetModes) {
  const Communicator comm = Communicator::world();
  LowRankRun run(comm, 300, 2, 300, 1e-3, 0.0, 40);
  EXPECT_LT(run.train(4).back(), 0.5);
  EXPECT_EQ(comm.sum(run.rls.weights().rows()), 40);
  EXPECT_LT(run.rls.modes()->energy_left_out(), 1e-2 * run.rls.modes()->energy());
}

TEST(LowRank, NoiseVisitsAllDirectionsButTheCapHoldsAndTheNetworkLearns) {
  const Communicator comm = Communicator::world();
  LowRankRun run(comm, 300, 2, 80, 1e-5, 0.1);
  while (!run.simulation.streams().any_running() || run.simulation.samples() < 2000) {
    run.simulation.step();
    ASSERT_LE(run.rls.features(), 80);
  }
  EXPECT_TRUE(run.rls.basis()->full());
  EXPECT_GT(run.rls.basis()->energy_left_out(), 0.0);
  EXPECT_LT(run.train(4).back(), 0.5);
}

TEST(LowRank, EigenvaluesOfTheSmallMatrixAreThoseOfTheWeights) {
  const Communicator self = Communicator::self();
  LowRankRun run(self, 60, 2, 60, 0.05, 0.0);
  run.train(2);
  RegionTimer timer;
  run.rls.flush(timer);
  const Index d = run.rls.features();
  Eigen::MatrixXd A(60, d), U(60, d);
  for (Index i = 0; i < 60; ++i)
    for (Index k = 0; k < d; ++k) {
      A(i, k) = run.rls.weights()(i, k);
      U(i, k) = run.rls.basis()->matrix()(i, k);
    }
  ASSERT_LT(d, 60);
  const auto spectrum = [](const Eigen::MatrixXd& m) {
    const Eigen::VectorXcd values = m.eigenvalues();
    std::vector<std::complex<double>> sorted(values.begin(), values.end());
    std::ranges::sort(sorted, [](auto a, auto b) {
      return std::abs(std::abs(a) - std::abs(b)) > 1e-9 ? std::abs(a) > std::abs(b) : a.imag() > b.imag();
    });
    return sorted;
  };
  const auto large = spectrum(A * U.transpose()), small = spectrum(U.transpose() * A);
  for (std::size_t k = 0; k < large.size(); ++k) {
    const std::complex<double> expected = k < small.size() ? small[k] : 0.0;
    EXPECT_LT(std::abs(large[k] - expected), 1e-6) << k;
  }
}

TEST(LowRank, AStepGathersTheTargetRatesAndReducesOnce) {
  const Communicator comm = Communicator::world();
  LowRankRun run(comm, 100, 3, 10, 4e-4, 0.0);
  while (!run.rls.basis()->full()) run.simulation.step();
  for (int k = 0; k < 3; ++k) run.simulation.step();
  const Index before = comm.calls();
  for (int k = 0; k < 50; ++k) run.simulation.step();
  const Index gathers = comm.size() > 1 ? 1 : 0;
  EXPECT_EQ(comm.calls() - before, 50 * (gathers + 1));
}

}  // namespace
}  // namespace fullforce

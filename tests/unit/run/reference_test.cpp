#include <gtest/gtest.h>

#include "fullforce/io/trials_file.hpp"
#include "fullforce/run/simulation.hpp"
#include "support/reference.hpp"

namespace fullforce {
namespace {

/// Two inputs, two outputs and a hint; every trial another length.
class MixedTask : public Task {
 public:
  Index inputs() const override { return 2; }
  Index outputs() const override { return 2; }
  Index hints() const override { return 1; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override {
    trial.length = 40 + static_cast<Index>(id.number * 7 % 23);
    trial.inputs.clear();
    trial.targets.clear();
    trial.hints.clear();
    for (Index k = 0; k < trial.length; ++k) {
      const double t = 0.05 * static_cast<double>(k) + 0.3 * static_cast<double>(id.number);
      trial.inputs.insert(trial.inputs.end(), {k < 5 ? 1.0 : 0.0, std::cos(t)});
      trial.targets.insert(trial.targets.end(), {std::sin(t), std::sin(1.7 * t) - 0.3});
      trial.hints.push_back(std::sin(0.4 * t));
    }
  }
};

struct Case {
  Rule rule;
  Index streams;
  Index panel;
  Integrator integrator;
  Index in_degree = 0;
};

double difference(const Reference::Matrix& reference, const std::function<double(Index, Index)>& ours,
                  const Layout& layout, bool by_rows) {
  const double scale = std::max(reference.cwiseAbs().maxCoeff(), 1e-300);
  double worst = 0.0;
  const Index rows = by_rows ? layout.local_rows() : reference.rows();
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < reference.cols(); ++j)
      worst = std::max(worst, std::abs(reference((by_rows ? layout.first_row() : 0) + i, j) - ours(i, j)) / scale);
  return worst;
}

class AgainstReference : public testing::TestWithParam<Case> {};

TEST_P(AgainstReference, InitAnd400LearningSteps) {
  const Case c = GetParam();
  const Communicator comm = Communicator::world();
  const MixedTask task;
  RunOptions run;
  run.seed = 17;
  run.streams = c.streams;
  run.init_trials = 1;
  run.train_trials = 1000;
  NetworkOptions network;
  network.neurons = 61;
  network.noise = 0.02;
  network.integrator = c.integrator;
  network.in_degree = c.in_degree;
  LearningOptions learning;
  learning.rule = c.rule;
  learning.panel = c.panel;
  learning.update_probability = 0.7;

  const Layout layout(comm, network.neurons);
  const bool recurrent = c.rule == Rule::full_force;
  Connectivity<double> connectivity(layout, network, task, run.seed);
  Rls<double> rls(layout, learning, task.outputs(), c.streams, recurrent, true);
  Simulation<double> simulation(layout, {network, c.rule, learning.update_probability, run.seed, false}, task,
                                {c.streams, run.init_trials, run.train_trials, TrialKind::init, TrialKind::training},
                                connectivity, rls);
  Reference reference(run, network, learning, task);
  for (Index k = 0; k < 470; ++k) {
    simulation.step();
    reference.step();
  }
  EXPECT_GT(simulation.samples(), 200);
  PhaseTimer timer;
  rls.flush(timer);

  constexpr double tolerance = 1e-10;
  const Index B = c.streams;
  const auto by_rows = [&](const char* name, const Reference::Matrix& expected,
                           const std::function<double(Index, Index)>& ours) {
    EXPECT_LT(difference(expected, ours, layout, true), tolerance) << name;
  };
  by_rows("J_D", reference.J_D, [&](Index i, Index j) { return connectivity.J_D(i, j); });
  by_rows("u_in", reference.u_in, [&](Index i, Index j) { return connectivity.u_in(i, j); });
  by_rows("u_hint", reference.u_hint, [&](Index i, Index j) { return connectivity.u_hint(i, j); });
  by_rows("P", reference.P, [&](Index i, Index j) { return rls.inverse_correlation()(i, j); });
  if (recurrent) by_rows("J", reference.J, [&](Index i, Index j) { return rls.weights()(i, j); });
  by_rows("r", reference.x.array().tanh().matrix(),
          [&](Index i, Index b) { return simulation.rates()(b, layout.first_row() + i); });
  by_rows("tanh x_D", reference.x_D.array().tanh().matrix(),
          [&](Index i, Index b) { return simulation.target_rates()(b, layout.first_row() + i); });
  EXPECT_LT(difference(
                reference.w, [&](Index o, Index j) { return rls.readout()(o, j); }, layout, false),
            tolerance);
  EXPECT_LT(
      difference(
          reference.z, [&](Index o, Index b) { return simulation.outputs()[static_cast<std::size_t>(o * B + b)]; },
          layout, false),
      tolerance);
}

INSTANTIATE_TEST_SUITE_P(Layouts, AgainstReference,
                         testing::Values(Case{Rule::full_force, 1, 1, Integrator::euler},
                                         Case{Rule::full_force, 1, 37, Integrator::euler},
                                         Case{Rule::full_force, 3, 37, Integrator::exponential},
                                         Case{Rule::full_force, 3, 2, Integrator::euler},
                                         Case{Rule::force, 1, 11, Integrator::euler},
                                         Case{Rule::force, 3, 64, Integrator::exponential},
                                         Case{Rule::full_force, 3, 37, Integrator::euler, 9},
                                         Case{Rule::force, 2, 20, Integrator::euler, 20}));

}  // namespace
}  // namespace fullforce

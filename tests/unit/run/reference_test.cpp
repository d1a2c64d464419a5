#include <gtest/gtest.h>

#include <numeric>

#include "fullforce/io/trials_file.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"
#include "fullforce/run/session.hpp"
#include "support/reference.hpp"

namespace fullforce {
namespace {

/// A task with two inputs, two outputs and a hint. Every trial has another length. With masks, the first output counts
/// in three steps of four, and the second one in a half of the trial.
class MixedTask : public Task {
 public:
  explicit MixedTask(bool masked) : masked_(masked) {}
  Index inputs() const override { return 2; }
  Index outputs() const override { return 2; }
  Index hints() const override { return 1; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override {
    trial.length = 40 + static_cast<Index>(id.number * 7 % 23);
    trial.inputs.clear();
    trial.targets.clear();
    trial.hints.clear();
    trial.masks.clear();
    for (Index k = 0; k < trial.length; ++k) {
      const double t = 0.05 * static_cast<double>(k) + 0.3 * static_cast<double>(id.number);
      trial.inputs.insert(trial.inputs.end(), {k < 5 ? 1.0 : 0.0, std::cos(t)});
      trial.targets.insert(trial.targets.end(), {std::sin(t), std::sin(1.7 * t) - 0.3});
      trial.hints.push_back(std::sin(0.4 * t));
      if (masked_) trial.masks.insert(trial.masks.end(), {k % 4 != 1, 2 * k >= trial.length});
    }
  }

 private:
  bool masked_;
};

struct Case {
  Rule rule;
  Index streams;
  Index panel;
  Integrator integrator;
  Index in_degree = 0;
  FeatureKind features = FeatureKind::dense;
  Index target_modes = 0;
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  bool masked = false;
  Reset reset = Reset::none;
  double plastic_fraction = 1.0;
};

using Matrix = Reference::Matrix;
using Element = std::function<double(Index, Index)>;

/// The largest difference, relative to the largest element.
double difference(const Matrix& reference, const Matrix& ours) {
  return (reference - ours).cwiseAbs().maxCoeff() / std::max(reference.cwiseAbs().maxCoeff(), 1e-300);
}

Matrix matrix(Index rows, Index cols, const Element& element) {
  Matrix m(rows, cols);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) m(i, j) = element(i, j);
  return m;
}

/// Gathers a matrix [N, cols] of which this rank knows its rows.
Matrix gathered(const Layout& layout, Index cols, const Element& mine) {
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> all(layout.rows(), cols);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index j = 0; j < cols; ++j) all(layout.first_row() + i, j) = mine(i, j);
  RowGather(layout.comm(), layout.partition(), cols)(std::span<double>(all.data(), as_size(all.size())));
  return all;
}

/// V of all ranks. It is I without target modes.
Matrix modes_of(const Layout& layout, const SharedGainRls<double>& rls) {
  const TargetModes<double>* modes = rls.modes();
  if (modes == nullptr) return Matrix::Identity(layout.rows(), layout.rows());
  return gathered(layout, modes->count(), [&](Index i, Index k) { return modes->matrix()(i, k); });
}

/// What learned matrices mean for the rates themselves, whatever the features are. U [N, d] gives the features U^T r.
struct InRates {
  InRates(const Layout& layout, SharedGainRls<double>& rls, double alpha, bool recurrent) {
    const Index N = layout.rows(), d = rls.features();
    const Basis<double>* basis = rls.basis();
    U = basis == nullptr ? Matrix::Identity(N, N)
                         : gathered(layout, d, [&](Index i, Index k) { return basis->matrix()(i, k); });
    const Element P_element = [&](Index i, Index j) { return rls.inverse_correlation(i, j); };
    const Matrix P_features = basis == nullptr ? gathered(layout, N, P_element) : matrix(d, d, P_element);
    P = U * P_features * U.transpose() + (Matrix::Identity(N, N) - U * U.transpose()) / alpha;
    const Element weight = [&](Index i, Index k) { return rls.weights()(i, k); };
    const Layout& rows = rls.modes() == nullptr ? layout : rls.modes()->layout();
    if (recurrent) J = modes_of(layout, rls) * gathered(rows, d, weight) * U.transpose();
    w = matrix(rls.readout().rows(), d, [&](Index o, Index k) { return rls.readout()(o, k); }) * U.transpose();
  }
  Matrix U, P, J, w;
};

/// One init trial, and more training trials than the steps of a test reach.
RunOptions long_run(Index streams) {
  RunOptions run;
  run.seed = 17;
  run.streams = streams;
  run.init_trials = 1;
  run.train_trials = 1000;
  return run;
}

class AgainstReference : public testing::TestWithParam<Case> {};

TEST_P(AgainstReference, InitAnd400LearningSteps) {
  const Case c = GetParam();
  const Communicator comm = Communicator::world();
  const MixedTask task(c.masked);
  const RunOptions run = long_run(c.streams);
  NetworkOptions network;
  network.neurons = 61;
  network.noise = 0.02;
  network.integrator = c.integrator;
  network.in_degree = c.in_degree;
  network.nonlinearity = c.nonlinearity;
  if (c.nonlinearity == Nonlinearity::relu) network.gain = 1.2;  // with a larger gain, its states grow without end
  LearningOptions learning;
  learning.rule = c.rule;
  learning.panel = c.panel;
  learning.update_probability = 0.7;
  learning.features = c.features;
  learning.rank_tolerance = 1e-26;
  learning.target_modes = c.target_modes;
  learning.plastic_fraction = c.plastic_fraction;

  const bool recurrent = c.rule == Rule::full_force;
  Session<double> session(comm, task, {network, learning, c.streams, run.seed, c.reset}, true);
  const Layout& layout = session.layout();
  const Connectivity<double>& connectivity = session.connectivity();
  auto& rls = dynamic_cast<SharedGainRls<double>&>(session.plasticity());
  Simulation<double>& simulation = session.start_training(training_schedule(run), run.seed);
  Reference reference(run, network, learning, task, c.reset);
  for (Index k = 0; k < 470; ++k) {
    const bool collecting = rls.is_observing();
    simulation.step();
    reference.step();
    if (!collecting || rls.is_observing()) continue;
    // Sums of small squares are only exact to the resolution of integers. From here on the reference takes the same V.
    const Matrix V = modes_of(layout, rls);
    EXPECT_LT(difference(reference.V * reference.V.transpose(), V * V.transpose()), 1e-6) << "step " << k;
    EXPECT_LT((V.transpose() * V - Matrix::Identity(V.cols(), V.cols())).cwiseAbs().maxCoeff(), 1e-12);
    reference.V = V;
  }
  EXPECT_FALSE(rls.is_observing());
  EXPECT_GT(simulation.samples(), 200);
  simulation.flush();

  const bool low_rank = c.features == FeatureKind::low_rank;
  const double tolerance = low_rank ? 1e-6 : 1e-10;
  const auto expect = [&](const char* name, const Matrix& expected, const Matrix& found) {
    EXPECT_LT(difference(expected, found), tolerance) << name;
  };
  const auto by_rows = [&](const char* name, const Matrix& expected, const Element& mine) {
    expect(name, expected, gathered(layout, expected.cols(), mine));
  };
  by_rows("J_D", reference.J_D, [&](Index i, Index j) { return connectivity.J_D(i, j); });
  by_rows("u_in", reference.u_in, [&](Index i, Index j) { return connectivity.u_in(i, j); });
  by_rows("u_hint", reference.u_hint, [&](Index i, Index j) { return connectivity.u_hint(i, j); });
  const InRates ours(layout, rls, learning.alpha, recurrent);
  if (low_rank) {
    EXPECT_GT(rls.features(), 40);
  }
  expect("P", reference.P, ours.P);
  if (recurrent) expect("J", reference.J, ours.J);
  expect("w", reference.w, ours.w);
  const Index N = network.neurons, B = c.streams;
  std::vector<Index> neurons(as_size(N));
  std::iota(neurons.begin(), neurons.end(), 0);
  Matrix r(N, B), r_D(N, B);
  for (Index b = 0; b < B; ++b)
    simulation.sample(b, neurons, {r.col(b).data(), neurons.size()}, {r_D.col(b).data(), neurons.size()});
  expect("r", reference.rates(reference.x), r);
  expect("r_D", reference.rates(reference.x_D), r_D);
  expect("z", reference.z,
         matrix(reference.z.rows(), B, [&](Index o, Index b) { return simulation.outputs()[as_size(o * B + b)]; }));
}

struct SparseCase {
  Rule rule = Rule::full_force;
  Index streams = 1;
  Index group = 1;
  Index in_degree = 0;
  Index static_in_degree = 0;
  double forgetting = 1.0;
  bool masked = false;
  Reset reset = Reset::none;
  double plastic_fraction = 1.0;
};

class SparseAgainstReference : public testing::TestWithParam<SparseCase> {};

TEST_P(SparseAgainstReference, InitAnd400LearningSteps) {
  const SparseCase c = GetParam();
  const Communicator comm = Communicator::world();
  const MixedTask task(c.masked);
  const RunOptions run = long_run(c.streams);
  NetworkOptions network;
  network.neurons = 61;
  network.noise = 0.02;
  network.in_degree = c.in_degree;
  network.static_in_degree = c.static_in_degree;
  network.static_gain = 0.7;
  LearningOptions learning;
  learning.rule = c.rule;
  learning.update_probability = 0.7;
  learning.features = FeatureKind::sparse;
  learning.plastic_in_degree = 23;
  learning.group = c.group;
  learning.readout_inputs = 40;
  learning.forgetting = c.forgetting;
  learning.plastic_fraction = c.plastic_fraction;

  Session<double> session(comm, task, {network, learning, c.streams, run.seed, c.reset}, true);
  const Layout& layout = session.layout();
  Simulation<double>& simulation = session.start_training(training_schedule(run), run.seed);
  Reference reference(run, network, learning, task, c.reset);
  for (Index k = 0; k < 470; ++k) {
    simulation.step();
    reference.step();
  }
  EXPECT_GT(simulation.samples(), 200);
  const EffectiveWeights weights = session.plasticity().effective_weights();
  if (c.rule == Rule::full_force) {
    RowMatrix<double> J(layout.local_rows(), 61);
    for (Index i = 0; i < J.rows(); ++i) weights.recurrent.copy_W(i, {J.row(i), 61});
    EXPECT_LT(difference(reference.J_s + reference.J, gathered(layout, 61, [&](Index i, Index j) { return J(i, j); })),
              1e-8);
  }
  EXPECT_LT(
      difference(reference.w.transpose(), gathered(layout, 2, [&](Index i, Index o) { return weights.readout(i, o); })),
      1e-8);
  EXPECT_LT(difference(reference.z,
                       matrix(2, c.streams,
                              [&](Index o, Index b) { return simulation.outputs()[as_size(o * c.streams + b)]; })),
            1e-8);
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, SparseAgainstReference,
    testing::Values(SparseCase{}, SparseCase{.streams = 3, .group = 7},
                    SparseCase{.streams = 2, .group = 61, .static_in_degree = 9},
                    SparseCase{.group = 9, .in_degree = 9, .static_in_degree = 11, .masked = true},
                    SparseCase{.streams = 2, .group = 7, .forgetting = 0.995},
                    SparseCase{.streams = 2, .group = 7, .plastic_fraction = 0.4},
                    SparseCase{.streams = 3,
                               .group = 9,
                               .static_in_degree = 9,
                               .masked = true,
                               .reset = Reset::random,
                               .plastic_fraction = 0.7},
                    SparseCase{.rule = Rule::force, .streams = 2, .group = 7, .static_in_degree = 9},
                    SparseCase{.streams = 3, .group = 5, .static_in_degree = 9, .reset = Reset::random}));

INSTANTIATE_TEST_SUITE_P(
    Layouts, AgainstReference,
    testing::Values(
        Case{Rule::full_force, 1, 1, Integrator::euler}, Case{Rule::full_force, 1, 37, Integrator::euler},
        Case{Rule::full_force, 3, 37, Integrator::exponential}, Case{Rule::full_force, 3, 2, Integrator::euler},
        Case{Rule::force, 1, 11, Integrator::euler}, Case{Rule::force, 3, 64, Integrator::exponential},
        Case{Rule::full_force, 3, 37, Integrator::euler, 9}, Case{Rule::force, 2, 20, Integrator::euler, 20},
        Case{Rule::full_force, 1, 11, Integrator::euler, 0, FeatureKind::low_rank},
        Case{Rule::full_force, 3, 37, Integrator::euler, 9, FeatureKind::low_rank},
        Case{Rule::force, 3, 37, Integrator::euler, 0, FeatureKind::low_rank},
        Case{Rule::full_force, 1, 11, Integrator::euler, 0, FeatureKind::dense, 9},
        Case{Rule::full_force, 3, 37, Integrator::euler, 9, FeatureKind::dense, 15},
        Case{Rule::full_force, 3, 37, Integrator::euler, 0, FeatureKind::low_rank, 12},
        Case{Rule::full_force, 3, 37, Integrator::euler, 0, FeatureKind::dense, 0, Nonlinearity::relu},
        Case{Rule::full_force, 1, 11, Integrator::exponential, 9, FeatureKind::dense, 0, Nonlinearity::relu},
        Case{.rule = Rule::full_force, .streams = 1, .panel = 37, .integrator = Integrator::euler, .masked = true},
        Case{.rule = Rule::force, .streams = 3, .panel = 11, .integrator = Integrator::euler, .masked = true},
        Case{.rule = Rule::full_force,
             .streams = 3,
             .panel = 37,
             .integrator = Integrator::euler,
             .features = FeatureKind::low_rank,
             .masked = true},
        Case{.rule = Rule::full_force,
             .streams = 3,
             .panel = 37,
             .integrator = Integrator::euler,
             .target_modes = 15,
             .masked = true},
        Case{Rule::force, 2, 20, Integrator::euler, 0, FeatureKind::dense, 0, Nonlinearity::relu},
        Case{.rule = Rule::full_force,
             .streams = 3,
             .panel = 37,
             .integrator = Integrator::euler,
             .in_degree = 9,
             .plastic_fraction = 0.4},
        Case{.rule = Rule::full_force,
             .streams = 1,
             .panel = 11,
             .integrator = Integrator::exponential,
             .masked = true,
             .reset = Reset::random,
             .plastic_fraction = 0.01},
        // FORCE has no recurrent weights to leave alone.
        Case{.rule = Rule::force, .streams = 3, .panel = 11, .integrator = Integrator::euler, .plastic_fraction = 0.4},
        Case{Rule::full_force, 1, 37, Integrator::euler, 0, FeatureKind::dense, 0, Nonlinearity::tanh, false,
             Reset::random},
        Case{Rule::full_force, 3, 37, Integrator::euler, 9, FeatureKind::dense, 0, Nonlinearity::tanh, false,
             Reset::zero},
        Case{Rule::force, 3, 11, Integrator::euler, 0, FeatureKind::dense, 0, Nonlinearity::tanh, false, Reset::fixed},
        Case{Rule::force, 2, 11, Integrator::euler, 0, FeatureKind::dense, 0, Nonlinearity::relu, false, Reset::random},
        Case{Rule::full_force, 3, 37, Integrator::euler, 9, FeatureKind::low_rank, 0, Nonlinearity::tanh, false,
             Reset::fixed},
        Case{Rule::full_force, 3, 11, Integrator::euler, 0, FeatureKind::dense, 9, Nonlinearity::tanh, false,
             Reset::random}));

}  // namespace
}  // namespace fullforce

#include "fullforce/learning/shared_gain_rls.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/learning/definition_probe.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::MatrixXd;

/// The features of a step, which are the same on every rank. They are smooth in time and nearly dependent, as rates
/// are.
Matrix features(Index neurons, Index streams, Index step) {
  Matrix phi(neurons, streams);
  for (Index b = 0; b < streams; ++b)
    for (Index i = 0; i < neurons; ++i) {
      const double phase = Draws(9, Purpose::network_state, static_cast<std::uint64_t>(b)).uniform(i);
      phi(i, b) = std::tanh(1.5 * std::sin(6.3 * phase + 0.11 * static_cast<double>(step) * (1.0 + phase)));
    }
  return phi;
}

/// Shared-gain RLS on this rank that is fed with whole matrices.
template <Real T = double>
class Harness {
 public:
  Harness(const Communicator& comm, Index neurons, Index streams, Index panel,
          FeatureKind features = FeatureKind::dense, Precision precision = precision_of<T>, double forgetting = 1.0)
      : layout_(comm, neurons),
        streams_(streams),
        rls_(layout_, options(panel, features, precision, forgetting), {2, streams, 1.0, true}),
        phi_(layout_, 1, streams),
        currents_(layout_, streams),
        targets_(layout_, streams),
        outputs_(as_size(2 * streams)) {}

  void step(Index k, std::vector<Index> selected, Direction direction = Direction::forwards) {
    const Matrix phi = features(layout_.rows(), streams_, k);
    for (Index b = 0; b < streams_; ++b)
      for (Index i = 0; i < layout_.local_rows(); ++i)
        phi_.mine(0, i)[b] = static_cast<T>(phi(layout_.first_row() + i, b));
    phi_.gather();
    rls_.evaluate(phi_, selected, currents_, outputs_, timer_, direction);
    std::vector<double> output_errors;
    const Index count = static_cast<Index>(selected.size());
    for (Index o = 0; o < 2; ++o)
      for (Index c = 0; c < count; ++c)
        output_errors.push_back(outputs_[as_size(o * streams_ + selected[as_size(c)])] -
                                std::cos(0.07 * static_cast<double>(k + o)));
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index b = 0; b < streams_; ++b)
        targets_(i, b) =
            static_cast<T>(std::sin(0.05 * static_cast<double>(k) + static_cast<double>(layout_.first_row() + i)));
    rls_.complete(currents_, {&targets_, 0.0}, output_errors, timer_);
  }

  /// P of all ranks, after what is pending was applied.
  Matrix inverse_correlation() {
    return whole([this](Index i, Index j) { return rls_.inverse_correlation(i, j); });
  }
  Matrix weights() {
    return whole([this](Index i, Index j) { return static_cast<double>(rls_.weights()(i, j)); });
  }
  SharedGainRls<T>& rls() { return rls_; }
  const StreamArray<T>& currents() const { return currents_; }
  const std::vector<double>& outputs() const { return outputs_; }

 private:
  static LearningOptions options(Index panel, FeatureKind features, Precision precision, double forgetting) {
    LearningOptions options;
    options.forgetting = forgetting;
    options.precision = precision;
    options.panel = panel;
    options.alpha = 0.7;
    options.features = features;
    options.rank_tolerance = 1e-16;
    return options;
  }

  Matrix whole(const std::function<double(Index, Index)>& mine) {
    rls_.flush(timer_);
    const Index n = layout_.rows();
    std::vector<double> all(as_size(n * n));
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index j = 0; j < n; ++j) all[as_size((layout_.first_row() + i) * n + j)] = mine(i, j);
    RowGather(layout_.comm(), layout_.partition(), n)(std::span<double>(all));
    return Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(all.data(), n, n);
  }

  Layout layout_;
  Index streams_;
  SharedGainRls<T> rls_;
  GatheredVectors<T> phi_;
  StreamArray<T> currents_, targets_;
  std::vector<double> outputs_;
  RegionTimer timer_;
};

/// Gathers the rows of all ranks into a matrix [N, cols].
Matrix whole_rows(const Communicator& comm, const RowMatrix<double>& mine) {
  const Layout layout(comm, comm.sum(mine.rows()));
  std::vector<double> all(as_size(layout.rows() * mine.cols()));
  for (Index i = 0; i < mine.rows(); ++i)
    std::copy_n(mine.row(i), mine.cols(), all.begin() + (layout.first_row() + i) * mine.cols());
  RowGather(comm, layout.partition(), mine.cols())(std::span<double>(all));
  return Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(all.data(), layout.rows(),
                                                                                            mine.cols());
}

/// All streams learn at even steps, and the odd ones at odd steps.
std::vector<Index> selection(Index streams, Index step) {
  std::vector<Index> selected;
  for (Index b = 0; b < streams; ++b)
    if (step % 2 == 0 || b % 2 == 1) selected.push_back(b);
  return selected;
}

/// The inverse correlation of features that were rounded to T.
template <Real T = double>
Matrix direct_inverse(Index neurons, Index streams, Index steps) {
  Matrix correlation = 0.7 * Matrix::Identity(neurons, neurons);
  for (Index k = 0; k < steps; ++k) {
    const Matrix phi = features(neurons, streams, k).cast<T>().template cast<double>();
    for (const Index b : selection(streams, k)) correlation += phi.col(b) * phi.col(b).transpose();
  }
  return correlation.inverse();
}

double relative(const Matrix& a, const Matrix& b) { return (a - b).cwiseAbs().maxCoeff() / b.cwiseAbs().maxCoeff(); }

TEST(SharedGainRls, PIsTheInverseCorrelation) {
  const Communicator comm = Communicator::world();
  for (const Index streams : {1, 3}) {
    Harness harness(comm, 53, streams, 7);
    for (Index k = 0; k < 150; ++k) harness.step(k, selection(streams, k));
    const Matrix P = harness.inverse_correlation();
    EXPECT_LT(relative(P, direct_inverse(53, streams, 150)), 1e-10);
  }
}

/// Mixed precision rounds rates and weights to single precision, and computes P from them in double precision.
TEST(SharedGainRls, PIsTheInverseCorrelationInMixedPrecision) {
  const Communicator comm = Communicator::world();
  for (const Index streams : {1, 3}) {
    Harness<float> mixed(comm, 53, streams, 7, FeatureKind::dense, Precision::mixed);
    Harness<float> single(comm, 53, streams, 7);
    Harness exact(comm, 53, streams, 7);
    for (Index k = 0; k < 150; ++k) {
      mixed.step(k, selection(streams, k));
      single.step(k, selection(streams, k));
      exact.step(k, selection(streams, k));
    }
    const Matrix expected = direct_inverse<float>(53, streams, 150);
    EXPECT_LT(relative(mixed.inverse_correlation(), expected), 1e-10);
    EXPECT_GT(relative(single.inverse_correlation(), expected), 1e-7);
    EXPECT_LT(relative(mixed.weights(), exact.weights()), 1e-3);
  }
}

TEST(SharedGainRls, PStaysSymmetricAndPositiveDefinite) {
  const Communicator comm = Communicator::world();
  Harness harness(comm, 41, 3, 5);
  for (Index k = 0; k < 200; ++k) {
    harness.step(k, selection(3, k));
    if (k % 20 != 0) continue;
    const Matrix P = harness.inverse_correlation();
    EXPECT_EQ((P - P.transpose()).cwiseAbs().maxCoeff(), 0.0) << "step " << k;
    EXPECT_EQ(Eigen::LLT<Matrix>(P).info(), Eigen::Success) << "not positive definite at step " << k;
  }
}

TEST(SharedGainRls, DeferredEqualsImmediate) {
  const Communicator comm = Communicator::world();
  Harness immediate(comm, 47, 2, 1);
  for (Index k = 0; k < 120; ++k) immediate.step(k, selection(2, k));
  const Matrix P = immediate.inverse_correlation();
  const Matrix J = immediate.weights();
  for (const Index panel : {3, 16, 64, 500}) {
    Harness deferred(comm, 47, 2, panel);
    for (Index k = 0; k < 120; ++k) deferred.step(k, selection(2, k));
    EXPECT_LT(relative(deferred.inverse_correlation(), P), 1e-11) << panel;
    EXPECT_LT(relative(deferred.weights(), J), 1e-9) << panel;
  }
}

/// With at least 2048 neurons, P r is formed from tiles of the symmetric P.
TEST(SharedGainRls, TheDirectionInWhichMatricesAreReadChangesNoBit) {
  const Communicator comm = Communicator::world();
  for (const auto& [neurons, streams] : {std::pair<Index, Index>{47, 3}, {2100, 1}}) {
    Harness forwards(comm, neurons, streams, 4), either(comm, neurons, streams, 4);
    for (Index k = 0; k < 10; ++k) {
      forwards.step(k, selection(streams, 2 * k));
      either.step(k, selection(streams, 2 * k), k % 2 == 0 ? Direction::backwards : Direction::forwards);
      for (Index i = 0; i < forwards.currents().rows(); ++i)
        for (Index b = 0; b < streams; ++b)
          ASSERT_EQ(either.currents()(i, b), forwards.currents()(i, b)) << "step " << k;
      ASSERT_EQ(either.outputs(), forwards.outputs()) << "step " << k;
    }
    EXPECT_EQ(either.inverse_correlation(), forwards.inverse_correlation());
    EXPECT_EQ(either.weights(), forwards.weights());
  }
}

/// The rates do not depend on what is learned here, so nothing amplifies the difference between the two.
TEST(SharedGainRls, LowRankEqualsDenseInOpenLoop) {
  const Communicator comm = Communicator::world();
  constexpr Index neurons = 50, streams = 3;
  Harness dense(comm, neurons, streams, 16), low_rank(comm, neurons, streams, 16, FeatureKind::low_rank);
  for (Index k = 0; k < 300; ++k) {
    dense.step(k, selection(streams, k));
    low_rank.step(k, selection(streams, k));
    for (Index i = 0; i < dense.currents().rows(); ++i)
      for (Index b = 0; b < streams; ++b)
        ASSERT_NEAR(low_rank.currents()(i, b), dense.currents()(i, b), 1e-9) << "step " << k;
    for (std::size_t o = 0; o < dense.outputs().size(); ++o)
      ASSERT_NEAR(low_rank.outputs()[o], dense.outputs()[o], 1e-9) << "step " << k;
  }
  EXPECT_EQ(low_rank.rls().features(), neurons);
}

/// The weights that minimise the squared errors of all samples and alpha |W|^2, where a step counts lambda times as
/// much as the next one, and P of these sums.
struct WeightedLeastSquares {
  WeightedLeastSquares(Index neurons, Index streams, Index steps, double forgetting)
      : P(0.7 * Matrix::Identity(neurons, neurons)), weights(Matrix::Zero(neurons, neurons)) {
    for (Index k = 0; k < steps; ++k) {
      const Matrix phi = features(neurons, streams, k);
      for (const Index b : selection(streams, k)) {
        P += phi.col(b) * phi.col(b).transpose();
        for (Index i = 0; i < neurons; ++i)
          weights.row(i) += std::sin(0.05 * static_cast<double>(k) + static_cast<double>(i)) * phi.col(b).transpose();
      }
      if (selection(streams, k).empty()) continue;
      P *= forgetting;
      weights *= forgetting;
    }
    P = P.inverse().eval();
    weights *= P;
  }
  Matrix P;
  Matrix weights;
};

TEST(SharedGainRls, ForgettingIsWeightedLeastSquaresHoweverLongThePanelIs) {
  const Communicator comm = Communicator::world();
  constexpr Index neurons = 30, steps = 120;
  for (const Index streams : {1, 3})
    for (const Index panel : {1, 7, 500}) {
      Harness harness(comm, neurons, streams, panel, FeatureKind::dense, Precision::double_precision, 0.98);
      for (Index k = 0; k < steps; ++k) harness.step(k, selection(streams, k));
      const WeightedLeastSquares expected(neurons, streams, steps, 0.98);
      EXPECT_LT(relative(harness.weights(), expected.weights), 1e-7) << streams << " streams, panel " << panel;
      EXPECT_LT(relative(harness.inverse_correlation(), expected.P), 1e-8) << streams << " streams, panel " << panel;
    }
}

/// A direction that joins the basis begins with 1/alpha, whether or not updates are pending.
TEST(SharedGainRls, ForgettingInAGrowingBasisDoesNotDependOnThePanel) {
  const Communicator comm = Communicator::world();
  const auto J_with = [&](Index panel) {
    Harness harness(comm, 30, 2, panel, FeatureKind::low_rank, Precision::double_precision, 0.98);
    for (Index k = 0; k < 120; ++k) harness.step(k, selection(2, k));
    RegionTimer timer;
    harness.rls().flush(timer);
    const WeightMatrix J = harness.rls().effective_weights().recurrent;
    return Matrix(whole_rows(comm, J.left) * whole_rows(comm, J.right).transpose());
  };
  const Matrix immediate = J_with(1);
  for (const Index panel : {7, 500}) EXPECT_LT(relative(J_with(panel), immediate), 1e-8) << panel;
}

TEST(SharedGainRls, ForgettingSaysThatPHasGrownBeyondAllNumbers) {
  const Communicator comm = Communicator::world();
  Harness harness(comm, 30, 1, 8, FeatureKind::dense, Precision::double_precision, 1e-3);
  const auto forget = [&] {
    for (Index k = 0; k < 400; ++k) harness.step(0, {0});
  };
  EXPECT_THROW(forget(), RunError);
}

TEST(SharedGainRls, AppliesThePanelWhenItIsFull) {
  const Communicator comm = Communicator::world();
  Harness harness(comm, 20, 1, 3);
  for (Index k = 0; k < 7; ++k) {
    harness.step(k, {0});
    EXPECT_EQ(harness.rls().pending(), (k + 1) % 3);
  }
}

TEST(SharedGainRls, OneReductionAStepAndOneGatherAFlush) {
  const Communicator comm = Communicator::world();
  Harness harness(comm, 64, 2, 100);
  harness.step(0, {0, 1});
  const Index before = comm.calls();
  for (Index k = 1; k < 11; ++k) harness.step(k, {0, 1});
  EXPECT_EQ(comm.calls() - before, 20) << "one reduction, and one gather of the features by this test";
  harness.inverse_correlation();
  EXPECT_EQ(comm.calls() - before, 22) << "one gather of the flush, one of this test";
}

TEST(SharedGainRls, SaysWhenASumIsNotFinite) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 30);
  SharedGainRls<double> rls(layout, LearningOptions{}, {1, 1, 1.0, true});
  GatheredVectors<double> phi(layout, 1, 1);
  StreamArray<double> currents(layout, 1);
  for (Index i = 0; i < layout.local_rows(); ++i)
    if (layout.first_row() + i == 7) phi.mine(0, i)[0] = std::nan("");
  phi.gather();
  std::vector<double> outputs(1);
  RegionTimer timer;
  const std::vector<Index> selected = {0};
  EXPECT_THROW(rls.evaluate(phi, selected, currents, outputs, timer, Direction::forwards), std::runtime_error);
}

TEST(SharedGainRls, EffectiveWeightsAreTheLearnedOnesWhateverTheFeatures) {
  const Communicator comm = Communicator::world();
  constexpr Index neurons = 30, streams = 2;
  Harness dense(comm, neurons, streams, 16), low_rank(comm, neurons, streams, 16, FeatureKind::low_rank);
  for (Index k = 0; k < 200; ++k)
    for (Harness<>* harness : {&dense, &low_rank}) harness->step(k, selection(streams, k));
  const Matrix J = dense.weights();
  low_rank.weights();
  const EffectiveWeights of_dense = dense.rls().effective_weights(), of_low_rank = low_rank.rls().effective_weights();
  EXPECT_EQ(of_low_rank.recurrent.inner(), neurons);
  const Index first = Layout(comm, neurons).first_row();
  const Matrix L = whole_rows(comm, of_low_rank.recurrent.left), R = whole_rows(comm, of_low_rank.recurrent.right);
  EXPECT_LT(relative(L * R.transpose(), J), 1e-7);
  for (Index i = 0; i < of_dense.readout.rows(); ++i) {
    for (Index o = 0; o < 2; ++o) EXPECT_NEAR(of_low_rank.readout(i, o), of_dense.readout(i, o), 1e-7);
    EXPECT_EQ(of_dense.recurrent.dense(i, 3), J(first + i, 3));
  }
}

TEST(SharedGainRls, AStepAccountsForWhatItDid) {
  const Communicator comm = Communicator::world();
  constexpr double N = 40.0;
  Harness harness(comm, 40, 2, 2);
  StepAccount account;
  harness.step(0, {1});
  harness.rls().account(account);
  EXPECT_DOUBLE_EQ(account.work().operations, 2.0 * N * N * 2.0 + 2.0 * N * N) << "J r of two streams, P r of one";
  account.clear();
  harness.step(1, {0});
  harness.rls().account(account);
  EXPECT_DOUBLE_EQ(account.work().operations, 2.0 * N * N * 3.0 + 2.0 * 2.0 * N * N * 2.0) << "and two columns applied";
}

TEST(SharedGainRls, SaysOnceThatTheBasisIsFull) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 20);
  LearningOptions options;
  options.features = FeatureKind::low_rank;
  options.max_rank = 1;
  SharedGainRls<double> rls(layout, options, {1, 1, 1.0, true});
  GatheredVectors<double> phi(layout, 1, 1);
  StreamArray<double> currents(layout, 1), targets(layout, 1);
  std::vector<double> outputs(1), errors(1, 0.1);
  RegionTimer timer;
  const std::vector<Index> learning = {0};
  EXPECT_TRUE(rls.notices(0).empty());
  for (Index i = 0; i < layout.local_rows(); ++i) phi.mine(0, i)[0] = 0.5;
  phi.gather();
  rls.evaluate(phi, learning, currents, outputs, timer, Direction::forwards);
  rls.complete(currents, {&targets, 0.0}, errors, timer);
  const std::vector<Notice> notices = rls.notices(1);
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_TRUE(notices[0].is_warning);
  EXPECT_TRUE(rls.notices(2).empty());
  EXPECT_EQ(std::get<Index>(rls.report().numbers.at(0).value), 1) << "rank";
}

/// A run applies what is pending before it writes network.h5. One that was restarted from its last checkpoint does so
/// without another sample, and must report the same.
TEST(SharedGainRls, RoundingIsMeasuredOnlyWhereAPanelIsFull) {
  const Communicator comm = Communicator::world();
  Harness<float> run(comm, 20, 1, 63);
  Index samples = 0;
  for (; samples <= DefinitionProbe::samples_between; ++samples) run.step(samples, {0});
  const auto measured = [&] {
    return std::ranges::any_of(run.rls().report().numbers,
                               [](const auto& n) { return n.name == "rounding_share_of_P"; });
  };
  EXPECT_GT(run.rls().pending(), 0);
  RegionTimer timer;
  run.rls().flush(timer);
  EXPECT_FALSE(measured());
  for (Index k = 0; k < 63; ++k) run.step(++samples, {0});
  EXPECT_EQ(run.rls().pending(), 0);
  EXPECT_TRUE(measured());
}

}  // namespace
}  // namespace fullforce

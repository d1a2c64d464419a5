#include "fullforce/learning/target_modes.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "fullforce/base/random.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr Index neurons = 90;
constexpr Index streams = 3;

LearningOptions options(Index modes) {
  LearningOptions o;
  o.target_modes = modes;
  o.rank_tolerance = 1e-10;
  return o;
}

/// The currents of a step. They are `directions` fixed random patterns, whose strengths fall by half and do not average
/// to zero.
Matrix currents_of_step(Index step, Index directions) {
  Matrix F = Matrix::Zero(neurons, streams);
  for (Index k = 0; k < directions; ++k)
    for (Index b = 0; b < streams; ++b) {
      const double strength =
          std::pow(0.5, static_cast<double>(k)) * (0.3 + std::sin(0.1 * static_cast<double>((k + 1) * (step + 5 * b))));
      const Draws pattern(3, Purpose::network_state, static_cast<std::uint64_t>(k));
      for (Index i = 0; i < neurons; ++i) F(i, b) += strength * pattern.normal(i);
    }
  return F;
}

/// Modes on this rank that are fed with whole currents, and the leading eigenvectors of the second moments of these
/// currents.
struct Harness {
  Harness(const Communicator& comm, Index count, Index directions)
      : layout(comm, neurons), modes(layout, options(count), streams, true), mine(layout, streams) {
    for (Index step = 0; step < 60; ++step) {
      const Matrix F = currents_of_step(step, directions);
      moments += F * F.transpose();
      modes.observe(take(F), timer);
    }
    modes.fix();
  }

  TargetCurrents<double> take(const Matrix& F) {
    for (Index i = 0; i < layout.local_rows(); ++i)
      for (Index b = 0; b < streams; ++b) mine(i, b) = F(layout.first_row() + i, b);
    return {&mine, 1e3};
  }

  /// V of all ranks.
  Matrix matrix() const {
    const Index n = modes.count();
    std::vector<double> all(as_size(neurons * n));
    for (Index i = 0; i < layout.local_rows(); ++i)
      for (Index k = 0; k < n; ++k) all[as_size((layout.first_row() + i) * n + k)] = modes.matrix()(i, k);
    RowGather(layout.comm(), layout.partition(), n)(std::span<double>(all));
    return Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(all.data(), neurons, n);
  }

  Layout layout;
  TargetModes<double> modes;
  StreamArray<double> mine;
  Matrix moments = Matrix::Zero(neurons, neurons);
  RegionTimer timer;
};

TEST(TargetModes, AreTheLeadingEigenvectorsOfTheSecondMoments) {
  const Communicator comm = Communicator::world();
  const Harness run(comm, 4, 8);
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(run.moments);
  const Matrix expected = eigen.eigenvectors().rightCols(4).rowwise().reverse(), V = run.matrix();
  for (Index k = 0; k < 4; ++k) EXPECT_NEAR(std::abs(expected.col(k).dot(V.col(k))), 1.0, 1e-9) << k;
  EXPECT_LT((V.transpose() * V - Matrix::Identity(4, 4)).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_EQ(run.modes.found(), 4);
  EXPECT_NEAR(run.modes.energy() / run.moments.trace(), 1.0, 1e-12);
  EXPECT_NEAR(run.modes.energy_left_out() / eigen.eigenvalues().head(neurons - 4).sum(), 1.0, 1e-6);
}

TEST(TargetModes, AreNoMoreThanTheCurrentsHave) {
  const Communicator comm = Communicator::world();
  const Harness run(comm, 9, 5);
  EXPECT_EQ(run.modes.found(), 5);
  const Matrix V = run.matrix();
  Matrix expected = Matrix::Zero(9, 9);
  expected.topLeftCorner(5, 5).setIdentity();
  EXPECT_LT((V.transpose() * V - expected).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT(run.modes.energy_left_out(), 1e-9 * run.modes.energy());
}

TEST(TargetModes, ProjectCurrentsAndMakeThemAgain) {
  const Communicator comm = Communicator::world();
  Harness run(comm, 8, 8);
  const Matrix F = currents_of_step(100, 8), expected = run.matrix().transpose() * F;
  const std::vector<Index> selected = {0, 2};
  run.modes.project(run.take(F), selected, run.timer);
  const Layout& rows = run.modes.layout();
  for (Index i = 0; i < rows.local_rows(); ++i)
    for (Index k = 0; k < 2; ++k)
      EXPECT_NEAR(run.modes.target(i, k), expected(rows.first_row() + i, selected[as_size(k)]), 1e-12);
  for (Index i = 0; i < rows.local_rows(); ++i)
    for (Index b = 0; b < streams; ++b) run.modes.outputs()(i, b) = expected(rows.first_row() + i, b);
  StreamArray<double> made(run.layout, streams);
  run.modes.expand(made, run.timer);
  for (Index i = 0; i < run.layout.local_rows(); ++i)
    for (Index b = 0; b < streams; ++b) EXPECT_NEAR(made(i, b), F(run.layout.first_row() + i, b), 1e-9);
}

TEST(TargetModes, AreTheSameOnAnyLayout) {
  const Communicator comm = Communicator::world(), self = Communicator::self();
  const Harness mine(comm, 6, 12), whole(self, 6, 12);
  EXPECT_EQ((mine.matrix() - whole.matrix()).cwiseAbs().maxCoeff(), 0.0);
  EXPECT_EQ(mine.modes.energy_left_out(), whole.modes.energy_left_out());
}

TEST(TargetModes, SayWhenACurrentIsBeyondItsBound) {
  const Communicator comm = Communicator::world();
  Harness run(comm, 4, 8);
  const std::vector<Index> selected = {1};
  EXPECT_THROW(run.modes.project(run.take(Matrix::Constant(neurons, streams, std::nan(""))), selected, run.timer),
               std::runtime_error);
}

}  // namespace
}  // namespace fullforce

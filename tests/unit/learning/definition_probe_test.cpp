#include "fullforce/learning/definition_probe.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "fullforce/base/random.hpp"
#include "fullforce/linalg/row_matrix.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr Index neurons = 40;
constexpr Index streams = 3;
constexpr double alpha = 0.5;

/// A probe that was shown random samples, and A = P^-1 as it is defined.
class Sampled {
 public:
  Sampled()
      : layout_(comm_, neurons),
        probe_(layout_, alpha, streams),
        phi_(layout_, 1, streams),
        A_(alpha * Matrix::Identity(neurons, neurons)) {}

  void learn(Index step, const std::vector<Index>& learning) {
    Matrix phi(neurons, streams);
    for (Index b = 0; b < streams; ++b)
      for (Index i = 0; i < neurons; ++i)
        phi(i, b) = 0.3 + Draws(3, Purpose::network_state, static_cast<std::uint64_t>(step * streams + b)).normal(i);
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index b = 0; b < streams; ++b) phi_.mine(0, i)[b] = phi(layout_.first_row() + i, b);
    phi_.gather();
    probe_.begin(phi_.group(0), learning);
    layout_.for_each_block([&](RowBlock block) { probe_.add(block, MatrixView<const double>(phi_.mine_from(0, 0))); });
    probe_.advance();
    for (const Index b : learning) A_ += phi.col(b) * phi.col(b).transpose();
    last_ = phi.col(learning.front());
  }

  /// Examines P + `floor` times the identity, where P is exact but for the rounding of a double.
  double share_with(double floor) {
    const Matrix P = A_.inverse() + floor * Matrix::Identity(neurons, neurons);
    RowMatrix<double> mine(layout_.local_rows(), neurons);
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index j = 0; j < neurons; ++j) mine(i, j) = P(layout_.first_row() + i, j);
    probe_.examine(MatrixView<const double>(mine.from(0)), phi_.group(0), timer_);
    return probe_.rounding_share().value();
  }

  /// r^T P r / r^T r for the exact P and the rates that were learned from last.
  double quadratic_form() const { return last_.dot(A_.inverse() * last_) / last_.squaredNorm(); }

  const DefinitionProbe& probe() const { return probe_; }

 private:
  Communicator comm_ = Communicator::world();
  Layout layout_;
  DefinitionProbe probe_;
  GatheredVectors<double> phi_;
  Matrix A_;
  Eigen::VectorXd last_;
  RegionTimer timer_;
};

TEST(DefinitionProbe, FindsNoRoundingInTheDefinition) {
  Sampled sampled;
  EXPECT_FALSE(sampled.probe().rounding_share()) << "nothing was examined yet";
  for (Index k = 0; k < 60; ++k) sampled.learn(k, {0, 2});
  EXPECT_LT(sampled.share_with(0.0), 1e-9);
}

TEST(DefinitionProbe, FindsTheFloorThatRoundingPutsUnderP) {
  for (const double floor : {1e-6, 1e-3, -1e-6}) {
    Sampled sampled;
    for (Index k = 0; k < 60; ++k) sampled.learn(k, {1});
    const double exact = sampled.quadratic_form();
    EXPECT_NEAR(sampled.share_with(floor), std::abs(floor) / (exact + floor), 1e-6 * std::abs(floor) / exact) << floor;
  }
}

TEST(DefinitionProbe, ADestroyedPIsAllRounding) {
  Sampled sampled;
  for (Index k = 0; k < 60; ++k) sampled.learn(k, {0, 1, 2});
  const double half = -0.9 * sampled.quadratic_form();
  EXPECT_EQ(sampled.share_with(half), 1.0);
}

TEST(DefinitionProbe, IsDueAfterSoManySamples) {
  Sampled sampled;
  for (Index k = 0; k < DefinitionProbe::samples_between / 2 - 1; ++k) sampled.learn(0, {0, 1});
  EXPECT_FALSE(sampled.probe().is_due());
  sampled.learn(0, {0, 1});
  EXPECT_TRUE(sampled.probe().is_due());
  sampled.share_with(0.0);
  EXPECT_FALSE(sampled.probe().is_due());
}

}  // namespace
}  // namespace fullforce

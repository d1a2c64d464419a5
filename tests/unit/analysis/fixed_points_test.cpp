#include "fullforce/analysis/fixed_points.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fullforce/base/random.hpp"
#include "support/known_systems.hpp"

namespace fullforce {
namespace {

/// Starts on a circle in the plane of the first two neurons, and one near the origin.
StreamArray<double> starts_around(const Layout& layout, Index count) {
  StreamArray<double> x(layout, count);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index c = 0; c < count; ++c) {
      const double angle = 6.2831853 * static_cast<double>(c) / static_cast<double>(count);
      const Index neuron = layout.first_row() + i;
      x(i, c) = neuron == 0 ? 1.5 * std::cos(angle) : neuron == 1 ? 1.5 * std::sin(angle) : 0.0;
    }
  return x;
}

struct FixedPointsTest : testing::Test {
  Communicator comm = Communicator::world();

  FixedPoints find(const Layout& layout, const WeightMatrix& J, const StreamArray<double>& starts, double current = 0.0,
                   Nonlinearity nonlinearity = Nonlinearity::tanh, const FixedPointOptions& options = {}) const {
    const std::vector<double> currents(as_size(layout.local_rows()), current);
    return find_fixed_points(layout, J, nonlinearity, currents, starts, options);
  }
};

/// Each of two neurons that excite themselves alone rests at 0 or at +-m with m = 2 tanh(m). Together they have 4
/// stable points, 4 saddles and the origin.
TEST_F(FixedPointsTest, OfTwoFlipFlops) {
  const Layout layout(comm, 2);
  const WeightMatrix J = dense(layout, [](Index i, Index j) { return i == j ? 2.0 : 0.0; });
  StreamArray<double> starts = starts_around(layout, 17);
  for (Index i = 0; i < starts.rows(); ++i) starts(i, 16) = 0.1;
  const FixedPoints found = find(layout, J, starts);
  EXPECT_EQ(found.count(true), 9);
  EXPECT_EQ(found.count(false), 0);
  EXPECT_EQ(found.stable(), 4);
  EXPECT_TRUE(found.unfinished().empty());
  Index starts_of_points = 0;
  constexpr double m = 1.91500804;
  for (std::size_t p = 0; p < found.points.size(); ++p) {
    const StationaryPoint& point = found.points[p];
    EXPECT_EQ(point.unstable, p < 4 ? 0 : p < 8 ? 1 : 2);
    EXPECT_LE(point.q, 1e-20);
    starts_of_points += static_cast<Index>(point.starts.size());
    if (!comm.is_root()) continue;
    const double slope = 2.0 / std::pow(std::cosh(m), 2.0) - 1.0;
    ASSERT_EQ(point.eigenvalues.size(), 2u);
    EXPECT_NEAR(point.eigenvalues[0].real(), p < 4 ? slope : 1.0, 1e-7);
    EXPECT_NEAR(point.eigenvalues[1].real(), p < 8 ? slope : 1.0, 1e-7);
    for (int i = 0; i < 2; ++i) {
      const double size = std::abs(found.states[2 * p + as_size(i)]);
      EXPECT_NEAR(size, size > 1.0 ? m : 0.0, 1e-7);
    }
  }
  EXPECT_EQ(starts_of_points, 17);
}

/// A current of 2 moves the only fixed point of a neuron with weight -1 to the root of x = 2 - tanh(x).
TEST_F(FixedPointsTest, UnderAConstantInput) {
  const Layout layout(comm, 1);
  StreamArray<double> starts(layout, 2);
  const FixedPoints found = find(layout, dense(layout, [](Index, Index) { return -1.0; }), starts, 2.0);
  ASSERT_EQ(found.points.size(), 1u);
  EXPECT_EQ(found.points[0].starts, (std::vector<Index>{0, 1}));
  EXPECT_NEAR(found.points[0].distance, 1.17434, 1e-4);
  for (const double x : found.states) EXPECT_NEAR(x + std::tanh(x), 2.0, 1e-9);
}

/// x' = -x + 1.1 tanh(x) + 0.05 has lost two of its three fixed points. Near where they met, |x'| has a minimum.
TEST_F(FixedPointsTest, ASlowPointIsAMinimumThatIsNoFixedPoint) {
  const Layout layout(comm, 1);
  StreamArray<double> starts(layout, 1);
  if (starts.rows() == 1) starts(0, 0) = -0.6;
  const FixedPoints found = find(layout, dense(layout, [](Index, Index) { return 1.1; }), starts, 0.05);
  ASSERT_EQ(found.points.size(), 1u);
  EXPECT_FALSE(found.points[0].fixed);
  EXPECT_EQ(found.stable(), 0);
  for (const double x : found.states) EXPECT_NEAR(x, -std::acosh(std::sqrt(1.1)), 1e-3);
}

/// Of two linear-threshold neurons that excite each other with 1/2, under a current of 1, both rest at 2.
TEST_F(FixedPointsTest, OfLinearThresholdNeurons) {
  const Layout layout(comm, 2);
  const FixedPoints found = find(layout, dense(layout, [](Index i, Index j) { return i == j ? 0.0 : 0.5; }),
                                 starts_around(layout, 5), 1.0, Nonlinearity::relu);
  ASSERT_EQ(found.points.size(), 1u);
  EXPECT_EQ(found.points[0].unstable, 0);
  if (!comm.is_root()) return;
  EXPECT_NEAR(found.states[0], 2.0, 1e-9);
  EXPECT_NEAR(found.points[0].eigenvalues[0].real(), -0.5, 1e-9);
}

TEST_F(FixedPointsTest, StartsThatDoNotArriveAreNamed) {
  const Layout layout(comm, 2);
  FixedPointOptions options;
  options.minimisation.iterations = 1;
  const FixedPoints found = find(layout, dense(layout, [](Index i, Index j) { return i == j ? 2.0 : 0.0; }),
                                 starts_around(layout, 3), 0.0, Nonlinearity::tanh, options);
  EXPECT_EQ(found.unfinished(), (std::vector<Index>{0, 1, 2}));
  EXPECT_TRUE(found.points.empty());
}

/// Weights with a strong mode: x = u gives rates whose product with J is along u again.
WeightMatrix bistable(const Layout& layout) {
  return dense(layout, [n = layout.rows()](Index i, Index j) {
    const double noise = Draws(3, Purpose::target_weights, static_cast<std::uint64_t>(i)).normal(j);
    return (2.0 + 0.5 * std::sqrt(static_cast<double>(n)) * noise) / static_cast<double>(n);
  });
}

/// The eigenvalues that the Arnoldi method finds say the same as all eigenvalues do.
TEST_F(FixedPointsTest, LeadingEigenvaluesAreEnough) {
  const Layout layout(comm, 80);
  const WeightMatrix J = bistable(layout);
  StreamArray<double> starts(layout, 9);
  for (Index i = 0; i < starts.rows(); ++i)
    for (Index c = 0; c < 9; ++c)
      starts(i, c) = 0.5 * static_cast<double>(c - 4) + 0.1 * std::sin(static_cast<double>(i));
  FixedPointOptions few;
  few.spectrum = {10, 1};
  const FixedPoints all = find(layout, J, starts);
  const FixedPoints leading = find(layout, J, starts, 0.0, Nonlinearity::tanh, few);
  EXPECT_EQ(all.stable(), 2);
  ASSERT_EQ(all.points.size(), leading.points.size());
  for (std::size_t p = 0; p < all.points.size(); ++p) {
    EXPECT_EQ(all.points[p].unstable, leading.points[p].unstable) << p;
    if (!comm.is_root()) continue;
    EXPECT_NEAR(std::abs(all.points[p].eigenvalues[0] - leading.points[p].eigenvalues[0]), 0.0, 1e-6) << p;
  }
}

/// A product of factors with the same weights as a dense matrix has the same points.
TEST_F(FixedPointsTest, OfFactorsAreThoseOfTheirProduct) {
  const Layout layout(comm, 40);
  const auto pattern = [](Index i) { return std::cos(static_cast<double>(i)); };
  const auto factor = [&](double scale) {
    RowMatrix<double> rows(layout.local_rows(), 1);
    for (Index i = 0; i < rows.rows(); ++i) rows(i, 0) = scale * pattern(layout.first_row() + i);
    return rows;
  };
  WeightMatrix factors;
  factors.left = factor(4.0 / 40.0);
  factors.right = factor(1.0);
  const WeightMatrix whole = dense(layout, [&](Index i, Index j) { return 4.0 / 40.0 * pattern(i) * pattern(j); });
  StreamArray<double> starts(layout, 8);
  for (Index i = 0; i < starts.rows(); ++i)
    for (Index c = 0; c < 8; ++c) starts(i, c) = (static_cast<double>(c) - 3.5) * pattern(layout.first_row() + i);
  const FixedPoints a = find(layout, factors, starts), b = find(layout, whole, starts);
  EXPECT_EQ(a.stable(), 2);
  ASSERT_EQ(a.points.size(), b.points.size());
  for (std::size_t p = 0; p < a.points.size(); ++p) {
    EXPECT_EQ(a.points[p].unstable, b.points[p].unstable);
    for (std::size_t k = 0; comm.is_root() && k < 2; ++k)
      EXPECT_NEAR(std::abs(a.points[p].eigenvalues[k] - b.points[p].eigenvalues[k]), 0.0, 1e-7);
  }
}

TEST_F(FixedPointsTest, StartsAreDrawnFromAllPartsOfARun) {
  const Layout layout(comm, 4);
  StartStates starts(layout, 100, 10, 7);
  ASSERT_EQ(starts.steps().size(), 10u);
  for (Index k = 0; k < 10; ++k) EXPECT_EQ(starts.steps()[as_size(k)] / 10, k);
  for (Index step = 0; step < 100; ++step)
    starts.step(std::vector<double>(as_size(layout.local_rows()), static_cast<double>(step)));
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index k = 0; k < 10; ++k) EXPECT_EQ(starts.states()(i, k), static_cast<double>(starts.steps()[as_size(k)]));
  EXPECT_EQ(StartStates(layout, 3, 10, 7).steps(), (std::vector<Index>{0, 1, 2})) << "a short run has fewer steps";
}

}  // namespace
}  // namespace fullforce

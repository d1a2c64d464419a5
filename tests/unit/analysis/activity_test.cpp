#include "fullforce/analysis/activity.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fullforce {
namespace {

constexpr Index neurons = 50;
constexpr Index steps = 400;

/// Three patterns over the neurons. They are orthogonal to each other.
double pattern(Index neuron, int which) {
  return std::sqrt(2.0 / static_cast<double>(neurons)) *
         std::cos(M_PI * (static_cast<double>(neuron) + 0.5) * which / static_cast<double>(neurons));
}

/// The courses go through whole periods within the run. So they are orthogonal to each other and have no mean. Their
/// variances are 8, 2 and 0.5, half of the squared amplitude.
double course(Index step, int which) {
  const double amplitude[] = {0.0, 4.0, 2.0, 1.0};
  return amplitude[which] * std::sin(2.0 * M_PI * which * static_cast<double>(step) / static_cast<double>(steps));
}

std::vector<double> rates_at(Index step) {
  std::vector<double> rates(as_size(neurons), 0.25);
  for (int which = 1; which <= 3; ++which)
    for (Index i = 0; i < neurons; ++i) rates[as_size(i)] += pattern(i, which) * course(step, which);
  return rates;
}

ActivitySamples run(const Layout& layout, Index limit) {
  ActivitySamples activity(layout, steps, 0.001, limit);
  for (Index k = 0; k < steps; ++k) {
    const std::vector<double> rates = rates_at(k);
    std::vector<double> target = rates;
    target[1] = -target[1];
    target[2] = 0.5;
    activity.step(rates, target);
  }
  return activity;
}

TEST(Activity, KeepsEvenlySpacedSamples) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, neurons);
  EXPECT_EQ(run(layout, 1000).samples(), steps);
  const ActivitySamples activity = run(layout, 150);
  EXPECT_EQ(activity.interval(), 3);
  EXPECT_EQ(activity.samples(), 134);
  EXPECT_NEAR(activity.time()[1], 0.004, 1e-12);
  // 5 divides 400, and trials of 100 steps would then always be sampled at the same 20 steps.
  EXPECT_EQ(ActivitySamples(layout, steps, 0.001, 80).interval(), 7);
  for (Index i = 0; i < layout.local_rows(); ++i)
    EXPECT_EQ(activity.rates().data[i * activity.rates().stride + 2], rates_at(6)[as_size(layout.first_row() + i)]);
}

TEST(Activity, CorrelationsOfNeurons) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, neurons);
  const std::vector<double> correlations = rate_correlations(layout, run(layout, 1000));
  if (!comm.is_root()) return;
  ASSERT_EQ(static_cast<Index>(correlations.size()), neurons);
  EXPECT_NEAR(correlations[0], 1.0, 1e-12);
  EXPECT_NEAR(correlations[1], -1.0, 1e-12);
  EXPECT_TRUE(std::isnan(correlations[2]));
}

TEST(PrincipalComponents, FindPatternsAndVariances) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, neurons);
  const ActivitySamples activity = run(layout, 1000);
  const PrincipalComponents pca = principal_components(layout, activity.rates(), 3);
  if (!comm.is_root()) return;
  const double n = static_cast<double>(steps) / static_cast<double>(steps - 1);
  const double expected[] = {8.0 * n, 2.0 * n, 0.5 * n, 0.0};
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(pca.variances[k], expected[k], 1e-12) << k;
  EXPECT_NEAR(pca.participation_ratio(), 10.5 * 10.5 / (64.0 + 4.0 + 0.25), 1e-9);
  EXPECT_EQ(pca.dimension(0.7), 1);
  EXPECT_EQ(pca.dimension(0.9), 2);
  EXPECT_EQ(pca.dimension(0.99), 3);
  for (Index k = 0; k < 3; ++k) {
    double overlap = 0.0;
    for (Index i = 0; i < neurons; ++i)
      overlap += pca.components[as_size(i * 3 + k)] * pattern(i, static_cast<int>(k) + 1);
    EXPECT_NEAR(std::abs(overlap), 1.0, 1e-12) << k;
    // Projecting the rates on a pattern gives its course, with the sign of the component.
    EXPECT_NEAR(pca.projections[as_size(37 * 3 + k)], overlap * course(37, static_cast<int>(k) + 1), 1e-12) << k;
  }
  EXPECT_NEAR(pca.means[7], 0.25, 1e-12);
}

}  // namespace
}  // namespace fullforce

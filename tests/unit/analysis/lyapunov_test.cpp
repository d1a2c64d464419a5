#include "fullforce/analysis/lyapunov.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "support/known_systems.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST(Lyapunov, OfALinearMapAreTheLogarithmsOfItsEigenvalues) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 3);
  const WeightMatrix matrix = triangular(layout);
  LinearMap map(layout, matrix, 3);
  LyapunovSpectrum spectrum(layout, 3, 0.1, 2);
  for (int k = 0; k < 400; ++k) spectrum.step(map);
  const LyapunovResult result = spectrum.result();
  ASSERT_EQ(result.exponents.size(), 3u);
  EXPECT_NEAR(result.exponents[0], std::log(2.0) / 0.1, 1e-9);
  EXPECT_NEAR(result.exponents[1], 0.0, 1e-9);
  EXPECT_NEAR(result.exponents[2], std::log(0.5) / 0.1, 1e-9);
  EXPECT_NEAR(result.seconds, 36.0, 1e-9);
  EXPECT_NEAR(result.transient, 4.0, 1e-9);
}

/// The published exponents are 0.906, 0 and -14.572, and the dimension is 2.062 (Sprott, Chaos and Time-Series
/// Analysis, 2003).
TEST(Lyapunov, OfTheLorenzSystem) {
  const Communicator comm = Communicator::self();  // because on several ranks 50,000 sums would be nothing but waiting
  const Layout layout(comm, 3);
  Lorenz system(0.01);
  LyapunovSpectrum spectrum(layout, 3, 0.01, 5);
  for (int k = 0; k < 60000; ++k) spectrum.step(system);
  const LyapunovResult result = spectrum.result();
  ASSERT_EQ(result.exponents.size(), 3u);
  EXPECT_NEAR(result.exponents[0], 0.906, 0.03);
  EXPECT_NEAR(result.exponents[1], 0.0, 0.01);
  EXPECT_NEAR(result.exponents[2], -14.572, 0.03);
  // Everywhere, the divergence of the flow is -(sigma + 1 + beta).
  EXPECT_NEAR(result.exponents[0] + result.exponents[1] + result.exponents[2], -(11.0 + 8.0 / 3.0), 1e-3);
  EXPECT_NEAR(kaplan_yorke_dimension(result.exponents), 2.062, 0.005);
  EXPECT_LT(std::abs(result.exponents[0] - 0.906), 5.0 * result.errors[0]);
  EXPECT_NEAR(result.convergence.back()[0], result.exponents[0], 1e-12);
}

/// Rate neurons with random weights N(0, g^2/N) and no input, which exponential Euler integrates.
struct RandomNetwork {
  RandomNetwork(const Layout& layout_of_it, Index neurons, double gain, Index exponents)
      : layout(layout_of_it),
        n(neurons),
        weights(dense(layout, [gain, neurons](Index i, Index j) { return element(gain, neurons, i, j); })),
        keep(std::exp(-0.1)),
        tangents(layout, weights, exponents, 1.0 - keep),
        product(layout, weights, 1),
        gather(layout.comm(), layout.partition(), 1),
        r(as_size(n)),
        mine(layout, 1),
        x(layout, 1) {
    for (Index i = 0; i < x.rows(); ++i) x(i, 0) = Draws(1, Purpose::target_state).normal(layout.first_row() + i);
    rate();
  }

  static double element(double gain, Index n, Index i, Index j) {
    return gain / std::sqrt(static_cast<double>(n)) *
           Draws(1, Purpose::target_weights, static_cast<std::uint64_t>(i)).normal(j);
  }

  void rate() {
    for (Index i = 0; i < x.rows(); ++i) mine(i, 0) = std::tanh(x(i, 0));
    for (Index i = 0; i < x.rows(); ++i) r[as_size(layout.first_row() + i)] = mine(i, 0);
    gather(std::span(r));
  }

  void step() {
    product(mine, mine);
    for (Index i = 0; i < x.rows(); ++i) x(i, 0) = keep * x(i, 0) + (1.0 - keep) * mine(i, 0);
    rate();
  }

  LyapunovResult exponents(LyapunovSpectrum& spectrum, int steps) {
    for (int k = 0; k < 1000; ++k) step();
    for (int k = 0; k < steps; ++k) {
      tangents.follow(r);
      spectrum.step(tangents);
      step();
    }
    return spectrum.result();
  }

  const Layout& layout;
  Index n;
  WeightMatrix weights;
  double keep;
  RateTangents tangents;
  MatrixProduct product;
  RowGather gather;
  std::vector<double> r;
  StreamArray<double> mine, x;
};

/// Time is in units of tau. In theory, for N -> infinity (Sompolinsky, Crisanti & Sommers 1988), the largest exponent
/// is negative below g = 1 and positive above. Their mean-field equations, solved numerically, give 0.047 at g = 1.5.
/// Finite networks lie around this value or below it.
TEST(Lyapunov, ARandomNetworkIsChaoticAboveGainOne) {
  const Communicator comm = Communicator::self();
  const Index n = 500;
  const Layout layout(comm, n);
  LyapunovSpectrum chaotic(layout, 2, 0.1, 10);
  const LyapunovResult above = RandomNetwork(layout, n, 1.5, 2).exponents(chaotic, 3000);
  EXPECT_GT(above.exponents[0], 0.01);
  EXPECT_LT(above.exponents[0], 0.08);
  LyapunovSpectrum quiet(layout, 2, 0.1, 10);
  const LyapunovResult below = RandomNetwork(layout, n, 0.8, 2).exponents(quiet, 300);
  EXPECT_LT(below.exponents[0], 0.0);
}

/// All exponents add up to the mean logarithm of the Jacobian's determinant.
TEST(Lyapunov, SumIsTheMeanLogarithmOfTheDeterminant) {
  const Communicator comm = Communicator::world();
  const Index n = 12;
  const Layout layout(comm, n);
  RandomNetwork network(layout, n, 2.0, n);
  Matrix J(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) J(i, j) = RandomNetwork::element(2.0, n, i, j);
  LyapunovSpectrum spectrum(layout, n, 0.1, 1);
  double logarithms = 0.0;
  for (int k = 0; k < 200; ++k) {
    network.tangents.follow(network.r);
    spectrum.step(network.tangents);
    Matrix jacobian = Matrix::Identity(n, n) * network.keep;
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j)
        jacobian(i, j) += (1.0 - network.keep) * J(i, j) * (1.0 - network.r[as_size(j)] * network.r[as_size(j)]);
    if (k >= 20) logarithms += std::log(std::abs(jacobian.determinant()));  // because the first tenth does not count
    network.step();
  }
  const LyapunovResult result = spectrum.result();
  double sum = 0.0;
  for (const double exponent : result.exponents) sum += exponent;
  EXPECT_NEAR(sum, logarithms / 18.0, 1e-9);
}

TEST(Lyapunov, WithoutWeightsStatesDecay) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 20);
  const WeightMatrix nothing = dense(layout, [](Index, Index) { return 0.0; });
  RateTangents tangents(layout, nothing, 4, 0.1);
  const std::vector<double> rates(20, 0.3);
  tangents.follow(rates);
  LyapunovSpectrum spectrum(layout, 4, 0.001, 3);
  for (int k = 0; k < 90; ++k) spectrum.step(tangents);
  for (const double exponent : spectrum.result().exponents) EXPECT_NEAR(exponent, std::log(0.9) / 0.001, 1e-9);
}

TEST(Lyapunov, DimensionOfKaplanAndYorke) {
  EXPECT_NEAR(kaplan_yorke_dimension({1.0, 0.0, -4.0}), 2.25, 1e-15);
  EXPECT_EQ(kaplan_yorke_dimension({-1.0, -2.0}), 0.0);
  EXPECT_TRUE(std::isnan(kaplan_yorke_dimension({1.0, -0.5})));
}

TEST(Lyapunov, DependentTangentsAreAnErrorOnEveryRank) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 10);
  const WeightMatrix rank_one = dense(layout, [](Index, Index) { return 1.0; });
  LinearMap map(layout, rank_one, 2);
  LyapunovSpectrum spectrum(layout, 2, 1.0, 1);
  EXPECT_THROW(spectrum.step(map), RunError);
}

}  // namespace
}  // namespace fullforce

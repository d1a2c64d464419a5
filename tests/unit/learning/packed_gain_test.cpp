#include "fullforce/learning/packed_gain.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "fullforce/linalg/packed_symmetric.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::MatrixXd;

/// The features of a step. They are nearly dependent, as rates are.
Matrix features(Index d, Index count, Index step) {
  Matrix phi(d, count);
  for (Index i = 0; i < d; ++i)
    for (Index b = 0; b < count; ++b)
      phi(i, b) = std::tanh(1.5 * std::sin(0.9 * static_cast<double>(i) + 2.0 * static_cast<double>(b) +
                                           0.11 * static_cast<double>(step) * (1.0 + 0.03 * static_cast<double>(i))));
  return phi;
}

/// A matrix P of d features, and its panel.
template <Real F>
struct Learner {
  Learner(Index d, Index most, Index panel)
      : P(packed_size(d)), columns(panel + most, panels(d) * panel_rows), packed{P.data(), columns.from(0), d, 0, 1.0} {
    P.fill(F(0));
    for (Index i = 0; i < d; ++i) P[packed_place(i, i)] = F(1);
  }

  /// Learns the samples of step k.
  void learn(PackedGain<F>& gain, Index k, Index count, double forgetting) {
    const Matrix phi = features(packed.features, count, k);
    const VectorsView<F> to = gain.features(count);
    for (Index i = 0; i < PackedGain<F>::features_read(packed.features); ++i)
      for (Index b = 0; b < count; ++b) to(b, i) = i < packed.features ? static_cast<F>(phi(i, b)) : F(0);
    gain.learn(packed, count);
    packed.pending += count;
    packed.growth /= forgetting;
  }

  void flush(PackedGain<F>& gain, Index just_learned) {
    gain.flush(packed, just_learned);
    packed.pending = 0;
    packed.growth = 1.0;
  }

  Matrix whole() const {
    Matrix all(packed.features, packed.features);
    for (Index i = 0; i < packed.features; ++i)
      for (Index j = 0; j < packed.features; ++j) all(i, j) = P[packed_place(std::max(i, j), std::min(i, j))];
    return all;
  }

  AlignedArray<F> P;
  RowMatrix<F> columns;
  PackedP<F> packed;
};

/// Updates P with the samples of so many steps, which have 1, 2, ... `most` samples in turn. `tells` says whether
/// flush() knows what was just learned. The gain has room for more features than P has.
template <Real F>
Matrix learned(Index d, Index most, Index panel, Index steps, double forgetting, bool tells = true) {
  PackedGain<F> gain(d + 11, most, panel + most);
  Learner<F> learner(d, most, panel);
  for (Index k = 0; k < steps; ++k) {
    const Index count = 1 + k % most;
    learner.learn(gain, k, count, forgetting);
    if (learner.packed.pending >= panel || k == steps - 1) learner.flush(gain, tells ? count : 0);
  }
  return learner.whole();
}

Matrix direct(Index d, Index most, Index steps, double forgetting) {
  Matrix correlation = Matrix::Identity(d, d);
  for (Index k = 0; k < steps; ++k) {
    const Matrix phi = features(d, 1 + k % most, k);
    correlation = forgetting * (correlation + phi * phi.transpose());
  }
  return correlation.inverse();
}

double relative(const Matrix& a, const Matrix& b) { return (a - b).cwiseAbs().maxCoeff() / b.cwiseAbs().maxCoeff(); }

TEST(PackedGain, PIsTheInverseCorrelationHoweverLongThePanelIs) {
  for (const Index d : {1, 8, 27, 60})
    for (const Index most : {1, 3, 6, 16})
      for (const Index panel : {1, 7, 40}) {
        EXPECT_LT(relative(learned<double>(d, most, panel, 100, 1.0), direct(d, most, 100, 1.0)), 1e-10)
            << d << " features, " << most << " samples, panel " << panel;
        EXPECT_LT(relative(learned<float>(d, most, panel, 100, 1.0), direct(d, most, 100, 1.0)), 1e-2)
            << d << " features, " << most << " samples, panel " << panel;
      }
}

TEST(PackedGain, APanelOfWhatWasJustLearnedNeedsNoRearrangement) {
  for (const Index panel : {1, 4, 40})
    EXPECT_EQ(learned<float>(27, 9, panel, 100, 0.98, true), learned<float>(27, 9, panel, 100, 0.98, false)) << panel;
}

TEST(PackedGain, ServesMatricesOfDifferentSizesOneAfterTheOther) {
  constexpr Index sizes[] = {60, 9, 33}, most = 7, panel = 12;
  PackedGain<float> together(60, most, panel + most);
  std::vector<Learner<float>> learners;
  for (const Index d : sizes) learners.emplace_back(d, most, panel);
  for (Index k = 0; k < 50; ++k)
    for (Learner<float>& learner : learners) {
      learner.learn(together, k, 1 + k % most, 1.0);
      if (learner.packed.pending >= panel || k == 49) learner.flush(together, 1 + k % most);
    }
  for (std::size_t n = 0; n < learners.size(); ++n)
    EXPECT_EQ(learners[n].whole(), learned<float>(sizes[n], most, panel, 50, 1.0)) << sizes[n];
}

TEST(PackedGain, ForgetsEarlierSamplesHoweverLongThePanelIs) {
  for (const Index most : {1, 3, 6, 16})
    for (const Index panel : {1, 7, 40})
      EXPECT_LT(relative(learned<double>(27, most, panel, 100, 0.98), direct(27, most, 100, 0.98)), 1e-9);
}

}  // namespace
}  // namespace fullforce

#include "fullforce/analysis/spectrum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "fullforce/base/random.hpp"

namespace fullforce {
namespace {

RowMatrix<double> rows_of(const Layout& layout, Index cols, const std::function<double(Index, Index)>& value) {
  RowMatrix<double> rows(layout.local_rows(), cols);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index j = 0; j < cols; ++j) rows(i, j) = value(layout.first_row() + i, j);
  return rows;
}

/// Moves every element of a vector one place on, and multiplies it by the weight of the place. The product of the
/// weights along the ring is 1/2.
WeightMatrix ring(const Layout& layout) {
  const Index n = layout.rows();
  return {
      rows_of(layout, n, [n](Index i, Index j) { return j == (i + 1) % n ? (i == 0 ? 0.5 : 1.0) : 0.0; }), {}, {}, {}};
}

TEST(Spectrum, OfAWeightedRingAreTheRootsOfItsProduct) {
  const Communicator comm = Communicator::world();
  const Index n = 24;
  const Layout layout(comm, n);
  const Spectrum spectrum = eigenvalues(layout, ring(layout));
  EXPECT_EQ(spectrum.method, "all");
  if (!comm.is_root()) return;
  ASSERT_EQ(static_cast<Index>(spectrum.values.size()), n);
  for (const std::complex<double>& value : spectrum.values) {
    const std::complex<double> power = std::pow(value, static_cast<double>(n));
    EXPECT_NEAR(power.real(), 0.5, 1e-9);
    EXPECT_NEAR(power.imag(), 0.0, 1e-9);
  }
}

TEST(Spectrum, LeadingOnesAgreeWithAllOfThem) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 90);
  const WeightMatrix matrix{
      rows_of(layout, 90,
              [](Index i, Index j) {
                return Draws(1, Purpose::target_weights, static_cast<std::uint64_t>(i)).normal(j) / 9.0;
              }),
      {},
      {},
      {}};
  const Spectrum all = eigenvalues(layout, matrix);
  const Spectrum leading = eigenvalues(layout, matrix, {10, 6});
  EXPECT_EQ(leading.method, "leading");
  if (!comm.is_root()) return;
  ASSERT_GE(leading.values.size(), 5u);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(std::abs(leading.values[k] - all.values[k]), 0.0, 1e-6) << k;
}

/// Each neuron hears eight others, of which two may be the same.
WeightMatrix sparse(const Layout& layout) {
  WeightMatrix matrix;
  matrix.sparse = SparseRows<double>(layout.local_rows(), 8);
  for (Index i = 0; i < layout.local_rows(); ++i) {
    const Draws draws(2, Purpose::target_weights, static_cast<std::uint64_t>(layout.first_row() + i));
    for (Index k = 0; k < 8; ++k) {
      const double place = draws.uniform(20 + k) * static_cast<double>(layout.rows());
      matrix.sparse.columns(i)[as_size(k)] = static_cast<std::int32_t>(place);
      matrix.sparse.values(i)[as_size(k)] = draws.normal(k) / 2.0;
    }
  }
  join_places(matrix.sparse);
  return matrix;
}

WeightMatrix made_dense(const Layout& layout, const WeightMatrix& matrix) {
  WeightMatrix made;
  made.dense = RowMatrix<double>(layout.local_rows(), layout.rows());
  for (Index i = 0; i < layout.local_rows(); ++i) matrix.copy_W(i, {made.dense.row(i), as_size(layout.rows())});
  return made;
}

TEST(Spectrum, OfASparseMatrixIsThatOfItsDenseForm) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 90);
  const WeightMatrix matrix = sparse(layout), dense = made_dense(layout, matrix);
  const std::vector<double> slopes(as_size(layout.local_rows()), 0.7);
  const SpectrumOptions leading{10, 6}, all{90, 6};
  const Spectrum found[] = {eigenvalues(layout, matrix, leading),
                            jacobian_eigenvalues(layout, matrix, slopes, leading)};
  const Spectrum expected[] = {eigenvalues(layout, dense, all), jacobian_eigenvalues(layout, dense, slopes, all)};
  if (!comm.is_root()) return;
  for (int s = 0; s < 2; ++s) {
    EXPECT_EQ(found[s].method, "leading");
    ASSERT_GE(found[s].values.size(), 5u);
    for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(std::abs(found[s].values[k] - expected[s].values[k]), 0.0, 1e-6);
  }
}

/// J is zero before a run has learned anything. An iteration then has nothing to start from.
TEST(Spectrum, LeadingOnesOfZeroAreZero) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 90);
  const Spectrum leading =
      eigenvalues(layout, {rows_of(layout, 90, [](Index, Index) { return 0.0; }), {}, {}, {}}, {10, 6});
  EXPECT_EQ(leading.method, "leading");
  EXPECT_EQ(leading.values.size(), comm.is_root() ? 6u : 0u);
  for (const std::complex<double>& value : leading.values) EXPECT_EQ(value, 0.0);
}

/// There are no factors before a low-rank run has learned from any rates.
TEST(Spectrum, OfFactorsWithoutColumnsIsEmpty) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 24);
  const auto nothing = [&] { return RowMatrix<double>(layout.local_rows(), 0); };
  const Spectrum spectrum = eigenvalues(layout, {{}, nothing(), nothing(), {}});
  EXPECT_EQ(spectrum.method, "low-rank");
  EXPECT_TRUE(spectrum.values.empty());
}

/// The factors have R^T L = [[2, -1], [1, 2]], so the eigenvalues of L R^T are 2 +- i and zeros.
TEST(Spectrum, OfFactorsComesFromTheSmallMatrix) {
  const Communicator comm = Communicator::world();
  constexpr Index n = 40;
  const Layout layout(comm, n);
  const auto wave = [](Index i, Index j) {
    const double phase = 2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
    return std::sqrt(2.0 / static_cast<double>(n)) * (j == 0 ? std::cos(phase) : std::sin(phase));
  };
  const auto left = [&](Index i, Index j) {
    return j == 0 ? 2.0 * wave(i, 0) + wave(i, 1) : 2.0 * wave(i, 1) - wave(i, 0);
  };
  WeightMatrix factors{{}, rows_of(layout, 2, left), rows_of(layout, 2, wave), {}};
  const Spectrum small = eigenvalues(layout, factors);
  EXPECT_EQ(small.method, "low-rank");
  factors.dense = rows_of(layout, n, [](Index, Index) { return 0.0; });
  const Spectrum whole = eigenvalues(layout, factors);
  if (!comm.is_root()) return;
  for (const Spectrum& spectrum : {small, whole}) {
    ASSERT_GE(spectrum.values.size(), 2u);
    EXPECT_NEAR(std::abs(spectrum.values[0] - std::complex<double>(2.0, 1.0)), 0.0, 1e-12);
    EXPECT_NEAR(std::abs(spectrum.values[1] - std::complex<double>(2.0, -1.0)), 0.0, 1e-12);
  }
  EXPECT_NEAR(std::abs(whole.values[2]), 0.0, 1e-7);
}

/// Slopes of 1/2 halve the roots of the ring, and the Jacobian has them less 1.
TEST(Spectrum, OfAJacobianIsThatOfScaledColumnsLessOne) {
  const Communicator comm = Communicator::world();
  const Index n = 24;
  const Layout layout(comm, n);
  const std::vector<double> slopes(as_size(layout.local_rows()), 0.5);
  const double largest = 0.5 * std::pow(0.5, 1.0 / static_cast<double>(n));
  for (const SpectrumOptions& options : {SpectrumOptions{24, 1}, SpectrumOptions{10, 3}}) {
    const Spectrum spectrum = jacobian_eigenvalues(layout, ring(layout), slopes, options);
    EXPECT_EQ(spectrum.method, options.dense_limit == 24 ? "all" : "leading");
    if (!comm.is_root()) continue;
    ASSERT_GE(spectrum.values.size(), 3u);
    EXPECT_NEAR(std::abs(spectrum.values[0] - std::complex<double>(largest - 1.0, 0.0)), 0.0, 1e-7);
    const double angle = 2.0 * std::numbers::pi / static_cast<double>(n);
    EXPECT_NEAR(std::abs(spectrum.values[1] - (std::polar(largest, angle) - 1.0)), 0.0, 1e-7) << "of a pair, the one "
                                                                                                 "above the axis first";
  }
}

}  // namespace
}  // namespace fullforce

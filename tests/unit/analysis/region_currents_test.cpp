#include "fullforce/analysis/region_currents.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fullforce {
namespace {

constexpr Index neurons = 40, inner = 3;

double weight(Index i, Index j) { return std::sin(static_cast<double>(3 * i + 5 * j)); }
double left(Index i, Index c) { return std::cos(static_cast<double>(i + 2 * c)); }
double right(Index j, Index c) { return std::sin(static_cast<double>(j + 7 * c)); }
double rate(Index step, Index j) { return std::sin(0.3 * static_cast<double>(step) + static_cast<double>(j)); }

/// W + L R^T, where each part may be missing.
WeightMatrix matrix(const Layout& layout, bool has_W, bool has_factors) {
  WeightMatrix J;
  if (has_W) J.dense = RowMatrix<double>(layout.local_rows(), neurons);
  if (has_factors) J.left = RowMatrix<double>(layout.local_rows(), inner);
  if (has_factors) J.right = RowMatrix<double>(layout.local_rows(), inner);
  for (Index i = 0; i < layout.local_rows(); ++i) {
    const Index row = layout.first_row() + i;
    for (Index j = 0; has_W && j < neurons; ++j) J.dense(i, j) = weight(row, j);
    for (Index c = 0; has_factors && c < inner; ++c) {
      J.left(i, c) = left(row, c);
      J.right(i, c) = right(row, c);
    }
  }
  return J;
}

double element(Index i, Index j, bool has_W, bool has_factors) {
  double sum = has_W ? weight(i, j) : 0.0;
  for (Index c = 0; has_factors && c < inner; ++c) sum += left(i, c) * right(j, c);
  return sum;
}

TEST(RegionCurrents, AreProductsOfBlocksOfTheWeights) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, neurons);
  const std::vector<Region> regions = {{"A", {30, 2, 5, 17}}, {"B", {5, 39, 11}}, {"C", {0}}};
  constexpr Index steps = 3;
  for (const auto& [has_W, has_factors] : {std::pair{true, false}, std::pair{false, true}, std::pair{true, true}}) {
    const WeightMatrix J = matrix(layout, has_W, has_factors);
    RegionCurrents currents(layout, J, regions, steps);
    for (Index step = 0; step < steps; ++step) {
      std::vector<double> rates(as_size(neurons));
      for (Index j = 0; j < neurons; ++j) rates[as_size(j)] = rate(step, j);
      currents.step(rates);
    }
    for (std::size_t into = 0; into < regions.size(); ++into)
      for (std::size_t from = 0; from < regions.size(); ++from) {
        const std::vector<double> found = currents.currents(from, into);
        const std::size_t width = regions[into].neurons.size();
        EXPECT_EQ(found.size(), comm.is_root() ? as_size(steps) * width : 0u);
        for (std::size_t k = 0; k < found.size(); ++k) {
          double sum = 0.0;
          for (const Index j : regions[from].neurons)
            sum += element(regions[into].neurons[k % width], j, has_W, has_factors) *
                   rate(static_cast<Index>(k / width), j);
          EXPECT_NEAR(found[k], sum, 1e-12) << regions[from].name << " to " << regions[into].name;
        }
      }
  }
}

}  // namespace
}  // namespace fullforce

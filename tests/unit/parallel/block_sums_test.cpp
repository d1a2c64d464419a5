#include "fullforce/parallel/block_sums.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "fullforce/parallel/layout.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {
namespace {

double term(Index row, Index k) { return std::sin(1.1 * static_cast<double>(row) + static_cast<double>(k)) / 3.0; }

/// Sums two columns over all rows, a block at a time.
std::array<double, 2> sums_over(const Layout& layout) {
  BlockSums sums({2, thread_count()});
  sums.begin(2, 1000.0);
  layout.for_each_block([&](RowBlock block) {
    std::array<double, 2> part{};
    for (Index i = block.first; i < block.first + block.rows; ++i)
      for (Index k = 0; k < 2; ++k) part[as_size(k)] += term(i, k);
    sums.add<double>(0, part);
  });
  sums.reduce(layout.comm());
  return {sums[0], sums[1]};
}

TEST(BlockSums, AddOverBlocksAndRanks) {
  const Communicator comm = Communicator::world();
  const std::array<double, 2> sums = sums_over(Layout(comm, 777));
  for (Index k = 0; k < 2; ++k) {
    double expected = 0.0;
    for (Index i = 0; i < 777; ++i) expected += term(i, k);
    EXPECT_NEAR(sums[as_size(k)], expected, 1e-12);
  }
}

TEST(BlockSums, HaveTheSameBitsOnAnyLayout) {
  const Communicator comm = Communicator::world(), self = Communicator::self();
  EXPECT_EQ(sums_over(Layout(comm, 777)), sums_over(Layout(self, 777)));
}

TEST(BlockSums, ThrowOnEveryRankWhereOneIsNotFinite) {
  const Communicator comm = Communicator::world();
  for (const double wrong : {std::nan(""), 1e300, 1e9}) {
    BlockSums sums({3, thread_count()});
    sums.begin(3, 1.0);
    const std::array<double, 1> value{comm.is_root() ? wrong : 0.5};
    sums.add<double>(1, value);
    EXPECT_THROW(sums.reduce(comm), std::runtime_error) << wrong;
  }
}

}  // namespace
}  // namespace fullforce

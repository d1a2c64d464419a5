#include "fullforce/parallel/row_partition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace fullforce {
namespace {

constexpr Index sizes[] = {1, 15, 16, 17, 32, 33, 255, 300, 1000, 2047, 2048, 4096, 65536, 1000003};

/// Calls check(partition) for every size on 1 to 1,000 ranks.
template <class Check>
void for_all_partitions(const Check& check) {
  for (Index rows : sizes)
    for (int ranks = 1; ranks <= 1000; ++ranks) check(RowPartition(rows, ranks));
}

std::string name(const RowPartition& p) {
  return std::to_string(p.rows()) + " rows on " + std::to_string(p.ranks()) + " ranks";
}

// The compiler checks the example in the comment of the class.
constexpr RowPartition example(28, 2);
static_assert(example.block_size() == 8 && example.blocks() == 4);
static_assert(example.row_count(Rank{0}) == 16 && example.row_count(Rank{1}) == 12);
static_assert(example.first_row(Rank{0}) == 0 && example.first_row(Rank{1}) == 16);

TEST(RowPartition, RanksOwnConsecutiveRowsThatCoverAll) {
  for_all_partitions([](const RowPartition& p) {
    Index row = 0;
    for (int r = 0; r < p.ranks(); ++r) {
      ASSERT_EQ(p.first_row(Rank{r}), row) << name(p) << ", rank " << r;
      ASSERT_GE(p.row_count(Rank{r}), 0) << name(p) << ", rank " << r;
      row += p.row_count(Rank{r});
    }
    ASSERT_EQ(row, p.rows()) << name(p);
  });
}

TEST(RowPartition, BlocksCoverEachRanksRows) {
  for_all_partitions([](const RowPartition& p) {
    Index row = 0;
    Index blocks = 0;
    for (int r = 0; r < p.ranks(); ++r) {
      for (Index k = 0; k < p.block_count(Rank{r}); ++k, ++blocks) {
        const RowBlock block = p.block(p.first_row(Rank{r}), p.row_count(Rank{r}), k);
        ASSERT_EQ(block.first, row) << name(p) << ", rank " << r;
        ASSERT_EQ(block.first - block.local, p.first_row(Rank{r})) << name(p) << ", rank " << r;
        ASSERT_TRUE(block.rows == p.block_size() || block.first + block.rows == p.rows()) << name(p) << ", rank " << r;
        ASSERT_GT(block.rows, 0) << name(p) << ", rank " << r;
        row += block.rows;
      }
    }
    ASSERT_EQ(blocks, p.blocks()) << name(p);
    ASSERT_EQ(row, p.rows()) << name(p);
  });
}

// Sums are formed block by block. If blocks depended on the ranks, the ranks would change results.
TEST(RowPartition, BlocksDependOnTheNumberOfRowsAlone) {
  for_all_partitions([](const RowPartition& p) {
    ASSERT_EQ(p.block_size(), RowPartition(p.rows(), 1).block_size()) << name(p);
    for (int r = 0; r < p.ranks(); ++r)
      ASSERT_TRUE(p.first_row(Rank{r}) % p.block_size() == 0 || p.first_row(Rank{r}) == p.rows()) << name(p);
  });
}

TEST(RowPartition, BlockSizesArePowersOfTwoFrom8To256) {
  for (Index rows = 1; rows < 100'000; ++rows) {
    const Index size = RowPartition::block_size_for(rows);
    ASSERT_TRUE(size >= 8 && size <= 256 && (size & (size - 1)) == 0) << rows;
    ASSERT_LE(size, RowPartition::block_size_for(rows + 1)) << rows;
  }
}

/// A dense network of 131,072 neurons can use 4,096 cores. Larger ones have no fewer than 2,049 blocks until a block
/// has 256 rows.
TEST(RowPartition, LargeNetworksHaveThousandsOfBlocks) {
  EXPECT_EQ(RowPartition(131'072, 1).blocks(), 4096);
  for (Index rows = 131'073; rows < 1 << 20; rows += 997) {
    ASSERT_GT(RowPartition(rows, 1).blocks(), 2048) << rows;
    ASSERT_LE(RowPartition(rows, 1).blocks(), 4096) << rows;
  }
  EXPECT_EQ(RowPartition::block_size_for(Index{1} << 40), 256);
}

TEST(RowPartition, NoRankHasMoreThanOneBlockMoreThanAnother) {
  for_all_partitions([](const RowPartition& p) {
    Index most = 0;
    Index fewest = p.blocks();
    for (int r = 0; r < p.ranks(); ++r) {
      most = std::max(most, p.block_count(Rank{r}));
      fewest = std::min(fewest, p.block_count(Rank{r}));
    }
    ASSERT_LE(most - fewest, 1) << name(p);
  });
}

/// The number of rows of the fullest rank, which all others wait for, over an equal share.
double imbalance(const RowPartition& p) {
  Index most = 0;
  for (int r = 0; r < p.ranks(); ++r) most = std::max(most, p.row_count(Rank{r}));
  return static_cast<double>(most * p.ranks()) / static_cast<double>(p.rows());
}

TEST(RowPartition, FullestRankIsNearAnEqualShare) {
  for (int ranks = 1; ranks <= 16; ++ranks) EXPECT_LE(imbalance({1000, ranks}), 1.1) << ranks << " ranks";
  for (int ranks = 1; ranks <= 16; ++ranks) EXPECT_LE(imbalance({1000003, ranks}), 1.01) << ranks << " ranks";
}

TEST(RowPartition, SomeRanksOwnNothingWhereBlocksAreFew) {
  const RowPartition p(9, 1000);
  int owners = 0;
  for (int r = 0; r < p.ranks(); ++r) owners += p.row_count(Rank{r}) > 0 ? 1 : 0;
  EXPECT_EQ(owners, 2);
}

TEST(RowPartition, EqualWhereRowsAndRanksAre) {
  EXPECT_EQ(RowPartition(300, 4), RowPartition(300, 4));
  EXPECT_NE(RowPartition(300, 4), RowPartition(300, 5));
  EXPECT_NE(RowPartition(300, 4), RowPartition(301, 4));
}

}  // namespace
}  // namespace fullforce

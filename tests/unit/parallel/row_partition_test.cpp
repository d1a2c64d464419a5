#include "fullforce/parallel/row_partition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace fullforce {
namespace {

constexpr Index sizes[] = {1, 15, 16, 17, 32, 33, 255, 300, 1000, 2047, 2048, 4096, 65536, 1000003};

Index value(LocalRow row) { return static_cast<Index>(row); }
Index value(GlobalRow row) { return static_cast<Index>(row); }

/// check(partition) for every size on 1 to 1,000 ranks.
template <class Check>
void for_all_partitions(const Check& check) {
  for (Index rows : sizes)
    for (int ranks = 1; ranks <= 1000; ++ranks) check(RowPartition(rows, ranks));
}

std::string name(const RowPartition& p) {
  return std::to_string(p.rows()) + " rows on " + std::to_string(p.ranks()) + " ranks";
}

/// Rows next to a boundary of blocks, where an index map goes wrong if it does.
std::vector<Index> telling_rows(const RowPartition& p) {
  std::vector<Index> rows;
  const Index stride = std::max<Index>(1, p.blocks() / 300) * p.block_size();
  for (Index edge = 0; edge < p.rows(); edge += stride)
    for (Index row : {edge - 1, edge, edge + 1})
      if (row >= 0 && row < p.rows()) rows.push_back(row);
  rows.push_back(p.rows() - 1);
  return rows;
}

// Worked by the compiler: the example of the class's comment.
constexpr RowPartition example(28, 2);
static_assert(example.block_size() == 8 && example.blocks() == 4);
static_assert(example.row_count(Rank{0}) == 16 && example.row_count(Rank{1}) == 12);
static_assert(example.owner(GlobalRow{17}) == Rank{1} && example.to_local(GlobalRow{17}) == LocalRow{1});
static_assert(example.to_global(Rank{1}, LocalRow{1}) == GlobalRow{17});

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

TEST(RowPartition, OwnerAndLocalRowAreInvertedByToGlobal) {
  for_all_partitions([](const RowPartition& p) {
    if (p.ranks() > 64 && p.ranks() % 37 != 0) return;  // a million rows on a thousand counts would take minutes
    for (Index row : telling_rows(p)) {
      const Rank owner = p.owner(GlobalRow{row});
      const LocalRow local = p.to_local(GlobalRow{row});
      ASSERT_LT(static_cast<int>(owner), p.ranks()) << name(p) << ", row " << row;
      ASSERT_GE(value(local), 0) << name(p) << ", row " << row;
      ASSERT_LT(value(local), p.row_count(owner)) << name(p) << ", row " << row;
      ASSERT_EQ(value(p.to_global(owner, local)), row) << name(p);
    }
  });
}

// Sums are formed block by block: blocks that depended on the ranks would change results.
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

/// Rows of the fullest rank, which all others wait for, over an equal share.
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
  EXPECT_NE(p.owner(GlobalRow{7}), p.owner(GlobalRow{8}));
  EXPECT_EQ(value(p.to_local(GlobalRow{8})), 0);
}

TEST(RowPartition, EqualWhereRowsAndRanksAre) {
  EXPECT_EQ(RowPartition(300, 4), RowPartition(300, 4));
  EXPECT_NE(RowPartition(300, 4), RowPartition(300, 5));
  EXPECT_NE(RowPartition(300, 4), RowPartition(301, 4));
}

}  // namespace
}  // namespace fullforce

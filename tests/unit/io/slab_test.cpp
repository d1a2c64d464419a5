#include "../../../src/io/slab.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fullforce {
namespace {

constexpr Index MiB = Index{1} << 20;

/// The parts of all ranks must follow each other without a gap, and cover the dataset and its blocks.
template <class PartOf>
void expect_tiling(int ranks, const PartOf& part_of) {
  Index row = 0, block = 0;
  const CheckedSlab first = part_of(Rank{0});
  for (int r = 0; r < ranks; ++r) {
    const auto [slab, blocks] = part_of(Rank{r});
    EXPECT_EQ(slab.first, row);
    EXPECT_EQ(blocks.first, block);
    EXPECT_EQ(slab.extents, first.slab.extents);
    EXPECT_EQ(slab.largest, first.slab.largest);
    EXPECT_EQ(blocks.largest, first.blocks.largest);
    EXPECT_LE(slab.count, slab.largest);
    EXPECT_LE(blocks.count, blocks.largest);
    // The rows must be those of the blocks.
    EXPECT_EQ(slab.first, std::min(slab.extents[0], blocks.first * blocks.rows));
    row += slab.count;
    block += blocks.count;
    EXPECT_EQ(row, std::min(slab.extents[0], block * blocks.rows));
  }
  EXPECT_EQ(row, first.slab.extents[0]);
  EXPECT_EQ(block, first.blocks.total);
}

TEST(Slab, RanksTileAMatrixAndItsBlocks) {
  for (const Index rows : {1, 16, 17, 28, 1000, 100000})
    for (const int ranks : {1, 2, 3, 5, 1000}) {
      SCOPED_TRACE(testing::Message() << rows << " rows on " << ranks << " ranks");
      const RowPartition partition(rows, ranks);
      expect_tiling(ranks, [&](Rank me) { return matrix_rows(partition, me, 7); });
      expect_tiling(ranks, [&](Rank me) { return joined_matrix_rows(partition, me, 7); });
    }
}

TEST(Slab, RanksShareBlocksOfAnySize) {
  for (const Index rows : {1, 28, 1000})
    for (const Index block_rows : {1, 3, 8, 5000})
      for (const int ranks : {1, 2, 3, 1000}) {
        SCOPED_TRACE(testing::Message() << rows << " rows in blocks of " << block_rows << " on " << ranks << " ranks");
        const Index total = (rows + block_rows - 1) / block_rows;
        expect_tiling(ranks, [&](Rank me) { return share_of_blocks({rows, 4}, block_rows, total, me, ranks); });
      }
}

TEST(Slab, SharesOfTheExampleAreThoseOfTheHeader) {
  const CheckedSlab last = share_of_blocks({28}, 8, 4, Rank{2}, 3);
  EXPECT_EQ(last.blocks.first, 2);
  EXPECT_EQ(last.blocks.count, 2);
  EXPECT_EQ(last.slab.first, 16);
  EXPECT_EQ(last.slab.count, 12);
  EXPECT_EQ(last.slab.cols, 1);
  EXPECT_EQ(last.slab.largest, 16);
}

TEST(Slab, JoinedRowsAreTheSameNumbersInOneDimension) {
  const RowPartition partition(28, 2);
  const CheckedSlab matrix = matrix_rows(partition, Rank{1}, 5);
  const CheckedSlab joined = joined_matrix_rows(partition, Rank{1}, 5);
  EXPECT_EQ(matrix.slab.extents, (std::vector<Index>{28, 5}));
  EXPECT_EQ(joined.slab.extents, (std::vector<Index>{140}));
  EXPECT_EQ(joined.slab.first, 5 * matrix.slab.first);
  EXPECT_EQ(joined.slab.count, 5 * matrix.slab.count);
  EXPECT_EQ(joined.blocks.rows, 5 * matrix.blocks.rows);
  EXPECT_EQ(joined.blocks.count, matrix.blocks.count);
  EXPECT_EQ(joined.slab.dataset_bytes(4), matrix.slab.dataset_bytes(4));
}

TEST(Slab, AWholeArrayIsOneBlock) {
  const CheckedSlab all = whole_array({6, 2}, true), none = whole_array({6, 2}, false);
  EXPECT_EQ(all.slab.count, 6);
  EXPECT_EQ(all.blocks.count, 1);
  EXPECT_EQ(none.slab.count, 0);
  EXPECT_EQ(none.blocks.count, 0);
  EXPECT_EQ(none.slab.largest, 6);
  EXPECT_EQ(all.blocks.rows, 6);
  EXPECT_EQ(whole_array({0}, true).blocks.rows, 1) << "a block has a row even where the array has none";
}

TEST(Slab, ChecksumsLieLikeTheirBlocks) {
  const Slab slab = checksum_slab({8, 2, 3, 4, 10});
  EXPECT_EQ(slab.extents, (std::vector<Index>{10}));
  EXPECT_EQ(slab.cols, 1);
  EXPECT_EQ(slab.first, 2);
  EXPECT_EQ(slab.count, 3);
  EXPECT_EQ(slab.largest, 4);
}

TEST(Slices, CoverASlabAndKeepToTheirSize) {
  const Slab slab{{1000, 150000}, 150000, 300, 100, 120};
  const Slices slices(slab, 8);  // a row has 1.2 MB, so a slice has 13 rows
  EXPECT_EQ(slices.count(), 10);
  Index row = 0;
  for (Index k = 0; k < slices.count(); ++k) {
    EXPECT_EQ(slices[k].first, row);
    EXPECT_LE(slices[k].count, 13);
    EXPECT_LE(slices[k].count * 150000 * 8, 16 * MiB);
    row += slices[k].count;
  }
  EXPECT_EQ(row, slab.count);
  EXPECT_EQ(slices[8].count, 0) << "the rank has run out of rows and still takes part";
  EXPECT_GE(slices.buffer_bytes(), 13 * 150000 * 8);
}

TEST(Slices, AreAsManyOnARankWithoutRows) {
  const Slices slices({{1000, 150000}, 150000, 1000, 0, 120}, 8);
  EXPECT_EQ(slices.count(), 10);
  for (Index k = 0; k < slices.count(); ++k) EXPECT_EQ(slices[k].count, 0);
  EXPECT_GT(slices.buffer_bytes(), 0);
}

TEST(Slices, DoNotCutALongRow) {
  const Slices slices({{3, 4 * MiB}, 4 * MiB, 0, 3, 3}, 8);
  EXPECT_EQ(slices.count(), 3);
  EXPECT_EQ(slices[1].first, 1);
  EXPECT_EQ(slices[1].count, 1);
  EXPECT_GE(slices.buffer_bytes(), 32 * MiB);
}

TEST(Slices, AreNoneOfAMatrixWithoutColumns) {
  EXPECT_EQ(Slices({{5, 0}, 0, 0, 5, 5}, 8).count(), 0);
  EXPECT_GT(Slices({{5, 0}, 0, 0, 5, 5}, 8).buffer_bytes(), 0);
}

}  // namespace
}  // namespace fullforce

#include "slab.hpp"

#include <algorithm>

namespace fullforce {
namespace {

constexpr Index slice_bytes = Index{16} << 20;

constexpr Index ceiling_of_quotient(Index dividend, Index divisor) { return (dividend + divisor - 1) / divisor; }

Blocks blocks_of(const RowPartition& partition, Rank me, Index rows_each) {
  return {partition.block_size() * rows_each, partition.first_block(me), partition.block_count(me),
          ceiling_of_quotient(partition.largest_row_count(), partition.block_size()), partition.blocks()};
}

Index width_of(const std::vector<Index>& extents) { return extents.size() > 1 ? extents[1] : 1; }

}  // namespace

CheckedSlab matrix_rows(const RowPartition& partition, Rank me, Index cols) {
  return {
      {{partition.rows(), cols}, cols, partition.first_row(me), partition.row_count(me), partition.largest_row_count()},
      blocks_of(partition, me, 1)};
}

CheckedSlab joined_matrix_rows(const RowPartition& partition, Rank me, Index cols) {
  return {{{partition.rows() * cols},
           1,
           partition.first_row(me) * cols,
           partition.row_count(me) * cols,
           partition.largest_row_count() * cols},
          blocks_of(partition, me, cols)};
}

CheckedSlab single_rows(Index total, Index cols, Index first, Index count, Index largest) {
  return {{{total, cols}, cols, first, count, largest}, {1, first, count, largest, total}};
}

CheckedSlab whole_array(const std::vector<Index>& extents, bool takes_part) {
  const Index rows = extents.front();
  return {{extents, width_of(extents), 0, takes_part ? rows : 0, rows},
          {std::max<Index>(1, rows), 0, takes_part ? 1 : 0, 1, 1}};
}

CheckedSlab share_of_blocks(const std::vector<Index>& extents, Index block_rows, Index total, Rank me, int ranks) {
  const Index place = static_cast<Index>(me);
  const Index first = total * place / ranks;
  const Index end = total * (place + 1) / ranks;
  const Index largest = ceiling_of_quotient(total, ranks);
  const auto first_row = [&](Index block) { return std::min(extents[0], block * block_rows); };
  return {{extents, width_of(extents), first_row(first), first_row(end) - first_row(first), largest * block_rows},
          {block_rows, first, end - first, largest, total}};
}

Slab checksum_slab(const Blocks& blocks) { return {{blocks.total}, 1, blocks.first, blocks.count, blocks.largest}; }

Slices::Slices(const Slab& slab, Index scalar_bytes)
    : slab_rows_(slab.count),
      row_bytes_(slab.cols * scalar_bytes),
      rows_(row_bytes_ == 0 ? 1 : std::max<Index>(1, slice_bytes / row_bytes_)),
      count_(row_bytes_ == 0 ? 0 : ceiling_of_quotient(slab.largest, rows_)) {}

Slice Slices::operator[](Index k) const {
  const Index first = std::min(slab_rows_, k * rows_);
  return {first, std::min(rows_, slab_rows_ - first)};
}

Index Slices::buffer_bytes() const { return std::max<Index>(1, std::min(rows_, slab_rows_)) * row_bytes_ + 1; }

}  // namespace fullforce

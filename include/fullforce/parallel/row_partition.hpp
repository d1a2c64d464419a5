#pragma once
#include <algorithm>
#include <bit>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// A rank of MPI: a type of its own, so that it cannot be taken for a row or a count.
enum class Rank : int {};

/// A run of rows that one kernel call works on.
struct RowBlock {
  Index first = 0;  ///< first row, global
  Index local = 0;  ///< the same row, counted from the owner's first
  Index rows = 0;
};

/// Who owns which rows. A pure value: no communicator, so 1,000 ranks can be reasoned about in one process.
///
/// Rows are cut into blocks whose size depends on the number of rows alone, and every rank owns a run of whole
/// consecutive blocks. All sums are formed block by block, so results cannot depend on the number of ranks.
///
/// Example: 28 rows on 2 ranks. Blocks of 8: [0,8) [8,16) [16,24) [24,28). Rank 0 owns the first two, rank 1 the
/// others: its first row is row 16. With 5 ranks one of them owns nothing, which is legal.
class RowPartition {
 public:
  constexpr RowPartition(Index rows, int ranks) : rows_(rows), ranks_(ranks), block_(block_size_for(rows)) {}

  /// About 128 blocks where N allows, so that at N = 1000 the fullest of up to 16 ranks is less than a tenth above an
  /// equal share; from 8 rows (a smaller block is all overhead) to 256 (a larger one no longer fits the caches together
  /// with its columns).
  static constexpr Index block_size_for(Index rows) {
    const Index wanted = rows / 128;
    if (wanted < 8) return 8;
    return std::min<Index>(256, static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(wanted))));
  }

  constexpr Index rows() const { return rows_; }
  constexpr int ranks() const { return ranks_; }
  constexpr Index block_size() const { return block_; }
  constexpr Index blocks() const { return (rows_ + block_ - 1) / block_; }

  /// Blocks [first_block(r), first_block(r + 1)) belong to rank r.
  constexpr Index first_block(Rank rank) const { return blocks() * static_cast<Index>(rank) / ranks_; }
  constexpr Index block_count(Rank rank) const { return first_block(next(rank)) - first_block(rank); }

  constexpr Index first_row(Rank rank) const { return std::min(rows_, first_block(rank) * block_); }
  constexpr Index row_count(Rank rank) const { return first_row(next(rank)) - first_row(rank); }

  /// Of the rank that has most.
  constexpr Index largest_row_count() const {
    Index largest = 0;
    for (int r = 0; r < ranks_; ++r) largest = std::max(largest, row_count(Rank{r}));
    return largest;
  }

  /// The k-th block of a rank that owns `rows` rows from `first` on.
  constexpr RowBlock block(Index first, Index rows, Index k) const {
    const Index local = k * block_;
    return {first + local, local, std::min(block_, rows - local)};
  }

  constexpr bool operator==(const RowPartition&) const = default;

 private:
  static constexpr Rank next(Rank rank) { return static_cast<Rank>(static_cast<int>(rank) + 1); }

  Index rows_;
  int ranks_;
  Index block_;
};

}  // namespace fullforce

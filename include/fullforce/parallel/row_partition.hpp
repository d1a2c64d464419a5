#pragma once
#include <algorithm>
#include <bit>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// An MPI rank. It has a type of its own, so that it cannot be mistaken for a row or a count.
enum class Rank : int {};

/// A block: consecutive rows that one call of a kernel works on.
struct RowBlock {
  Index first = 0;  ///< global index of the first row
  Index local = 0;  ///< index of the same row, counted from its owner's first row
  Index rows = 0;
};

/// Says which rank owns which rows, and how many ranks of a node share memory. It is a pure value without a
/// communicator, so that one process can reason about 1,000 ranks.
///
/// The rows are cut into blocks whose size depends on the number of rows alone. Every rank owns consecutive whole
/// blocks. All sums are formed block by block, so results cannot depend on the number of ranks.
///
/// Example: 28 rows on 2 ranks are cut into blocks of 8 rows: [0,8) [8,16) [16,24) [24,28). Rank 0 owns the first two
/// blocks. Rank 1 owns the other two, and its first row is row 16. With 5 ranks one rank owns nothing, which is legal.
class RowPartition {
 public:
  /// `sharing` is the number of ranks on this rank's node that share memory (see NodeTeam), 1 if none do.
  constexpr RowPartition(Index rows, int ranks, int sharing = 1)
      : rows_(rows), ranks_(ranks), sharing_(sharing), block_(block_size_for(rows)) {}

  /// Returns the size of a block, a power of two. There are 128 blocks or more where N allows it. At N = 1000 the
  /// fullest of up to 16 ranks then has less than a tenth more than an equal share. A block has at least 8 rows,
  /// because a smaller one is all overhead. It has 32 rows up to N = 131,072, so that a dense network can use a core
  /// for each 32 rows: 4,096 cores at N = 131,072. Above that there are 2,049 to 4,096 blocks, until a block has 256
  /// rows. A larger block no longer fits into the caches together with its columns. A smaller one would cost networks
  /// with low-rank features up to a tenth of a step, because they form many sums for each block.
  static constexpr Index block_size_for(Index rows) {
    const auto of_cores = std::bit_ceil(static_cast<std::uint64_t>((rows + 4095) / 4096));
    const auto of_128_blocks = std::bit_floor(static_cast<std::uint64_t>(std::clamp<Index>(rows / 128, 8, 32)));
    return static_cast<Index>(std::min<std::uint64_t>(256, std::max(of_cores, of_128_blocks)));
  }

  constexpr Index rows() const { return rows_; }
  constexpr int ranks() const { return ranks_; }
  constexpr int sharing() const { return sharing_; }
  constexpr Index block_size() const { return block_; }
  constexpr Index blocks() const { return (rows_ + block_ - 1) / block_; }

  /// Blocks [first_block(r), first_block(r + 1)) belong to rank r.
  constexpr Index first_block(Rank rank) const { return blocks() * static_cast<Index>(rank) / ranks_; }
  constexpr Index block_count(Rank rank) const { return first_block(next(rank)) - first_block(rank); }

  constexpr Index first_row(Rank rank) const { return std::min(rows_, first_block(rank) * block_); }
  constexpr Index row_count(Rank rank) const { return first_row(next(rank)) - first_row(rank); }

  /// Returns the number of rows of the rank that has the most.
  constexpr Index largest_row_count() const {
    Index largest = 0;
    for (int r = 0; r < ranks_; ++r) largest = std::max(largest, row_count(Rank{r}));
    return largest;
  }

  /// Returns the largest number of rows that ranks which share memory own together.
  constexpr Index rows_of_sharing() const { return std::min(rows_, largest_row_count() * sharing_); }

  /// Returns the k-th block of a rank that owns `rows` rows from row `first` on.
  constexpr RowBlock block(Index first, Index rows, Index k) const {
    const Index local = k * block_;
    return {first + local, local, std::min(block_, rows - local)};
  }

  /// Whether the same ranks own the same rows. Nodes may differ in how many of their ranks share memory.
  constexpr bool operator==(const RowPartition& other) const { return rows_ == other.rows_ && ranks_ == other.ranks_; }

 private:
  static constexpr Rank next(Rank rank) { return static_cast<Rank>(static_cast<int>(rank) + 1); }

  Index rows_;
  int ranks_;
  int sharing_;
  Index block_;
};

}  // namespace fullforce

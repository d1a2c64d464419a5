#pragma once
#include <vector>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/row_partition.hpp"

/// Which rows of a dataset a rank moves between memory and file, in which slices, and in which blocks they are
/// checksummed. Everything here is a pure value: neither MPI nor HDF5 is needed to compute or to test it.
namespace fullforce {

/// The rows of one dataset that one rank moves. They are a run without gaps. All ranks agree on every member but
/// `first` and `count`.
struct Slab {
  std::vector<Index> extents;  ///< shape of the dataset in the file
  Index cols = 0;              ///< scalars in a row
  Index first = 0;             ///< this rank's first row, counted in the file
  Index count = 0;             ///< number of rows that this rank moves
  /// The largest `count` of any rank, which decides how often all ranks must call HDF5.
  Index largest = 0;

  /// Size of the whole dataset in the file.
  Index dataset_bytes(Index scalar_bytes) const { return extents[0] * cols * scalar_bytes; }
};

/// The checksum blocks of one dataset that one rank writes or verifies. A block is a run of `rows` rows with a checksum
/// of its own; the last one may be shorter. All ranks agree on every member but `first` and `count`.
struct Blocks {
  Index rows = 1;     ///< rows in a block
  Index first = 0;    ///< this rank's first block
  Index count = 0;    ///< number of this rank's blocks
  Index largest = 0;  ///< the largest `count` of any rank
  Index total = 0;    ///< number of blocks of the dataset
};

/// A slab and the checksum blocks that cover exactly its rows.
struct CheckedSlab {
  Slab slab;
  Blocks blocks;
};

/// Rank `me`'s rows of a matrix [partition.rows(), cols] that is distributed over the ranks.
CheckedSlab matrix_rows(const RowPartition& partition, Rank me, Index cols);

/// The same numbers as one run [partition.rows() * cols]. A row of the slab is then one number, and a block has `cols`
/// times as many rows.
CheckedSlab joined_matrix_rows(const RowPartition& partition, Rank me, Index cols);

/// Any `count` rows from `first` on of a matrix [total, cols]. No rank moves more than `largest` rows. Every row is a
/// block, so that any rows can be moved.
CheckedSlab single_rows(Index total, Index cols, Index first, Index count, Index largest);

/// An array that one rank moves whole or not at all. It is one block.
CheckedSlab whole_array(const std::vector<Index>& extents, bool takes_part);

/// The share of a dataset that rank `me` of `ranks` verifies. It consists of whole blocks, and the shares are as even
/// as whole blocks allow. The dataset has `total` blocks of `block_rows` rows.
///
/// Example: 28 rows stand in 4 blocks of 8 and are shared by 3 ranks. Rank 0 verifies block 0 (rows 0 to 7), rank 1
/// verifies block 1 (rows 8 to 15), and rank 2 verifies blocks 2 and 3 (rows 16 to 27).
CheckedSlab share_of_blocks(const std::vector<Index>& extents, Index block_rows, Index total, Rank me, int ranks);

/// The place of a rank's checksums in the dataset [blocks.total] that holds all of them.
Slab checksum_slab(const Blocks& blocks);

/// A run of rows that one call of HDF5 moves. `first` counts from the slab's first row.
struct Slice {
  Index first = 0;
  Index count = 0;
};

/// A slab cut into slices of at most 16 MiB, so that the buffer stays small. A row is never cut, so a slice of one row
/// may be larger. Every rank has the same number of slices, since every rank must take part in every call. A rank that
/// has run out of rows takes part with an empty slice.
class Slices {
 public:
  Slices(const Slab& slab, Index scalar_bytes);

  Index count() const { return count_; }
  Slice operator[](Index k) const;

  /// The room that the largest of this rank's slices needs. It is never zero.
  Index buffer_bytes() const;

 private:
  Index slab_rows_;
  Index row_bytes_;
  Index rows_;  ///< rows in a full slice
  Index count_;
};

}  // namespace fullforce

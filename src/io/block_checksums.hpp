#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The checksum (XXH3, 64 bits) of each block of rows. The rows are added in order, in pieces of any size that need not
/// end where a block ends.
class BlockChecksums {
 public:
  BlockChecksums(Index block_rows, Index row_bytes) : block_rows_(block_rows), row_bytes_(row_bytes) {
    XXH3_64bits_reset(&state_);
  }

  /// Adds `count` rows, which lie in memory without gaps.
  void add(const std::byte* rows, Index count) {
    while (count > 0) {
      const Index taken = std::min(count, block_rows_ - filled_);
      XXH3_64bits_update(&state_, rows, as_size(taken * row_bytes_));
      rows += taken * row_bytes_;
      count -= taken;
      filled_ += taken;
      if (filled_ == block_rows_) end_block();
    }
  }

  /// Ends the last block and returns the checksums of `blocks` blocks. A block to which no row was added has the
  /// checksum of no bytes.
  std::vector<std::uint64_t> finish(Index blocks) {
    while (static_cast<Index>(finished_.size()) < blocks) end_block();
    return finished_;
  }

 private:
  void end_block() {
    finished_.push_back(XXH3_64bits_digest(&state_));
    XXH3_64bits_reset(&state_);
    filled_ = 0;
  }

  Index block_rows_;
  Index row_bytes_;
  Index filled_ = 0;  ///< rows of the block that has begun
  XXH3_state_t state_;
  std::vector<std::uint64_t> finished_;
};

}  // namespace fullforce

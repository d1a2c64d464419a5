#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "collective_file.hpp"
#include "slab.hpp"

namespace fullforce {

/// The checksums of a file's datasets, which the file keeps in its group /checksums: for dataset /a/b the dataset
/// /checksums/a/b, one XXH3 for each block of rows, with the number of rows in a block as its attribute. That number
/// depends on the dataset, since not all datasets are cut like the neurons.
class ChecksumTable {
 public:
  using Sums = std::vector<std::uint64_t>;

  /// `file` must outlive this object.
  explicit ChecksumTable(CollectiveFile& file) : file_(&file) {}

  /// Saving: it writes the checksums of this rank's blocks. **Collective.**
  void save(const std::string& dataset, const Blocks& blocks, const Sums& sums);

  /// Loading: it compares the checksums of the blocks that this rank has read with those in the file, whatever blocks
  /// the file has. Throws RunError that names the dataset and the rows which differ. **Collective.**
  void compare(const std::string& dataset, const Blocks& blocks, const Sums& found);

  /// Loading: it reads a dataset, shared out over the ranks by whole blocks, and compares it with its checksums. Throws
  /// DamageError that names what is damaged. **Collective.**
  void verify(const std::string& dataset);

 private:
  void compare_blocks(const std::string& dataset, const Blocks& blocks, const Sums& found);
  Sums move(const std::string& dataset, const Blocks& blocks, Sums sums);
  void write_block_rows(const std::string& dataset, Index rows);
  Index read_block_rows(const std::string& dataset) const;
  CheckedSlab share_of(const std::string& dataset, const std::vector<Index>& extents) const;

  CollectiveFile* file_;
};

}  // namespace fullforce

#include "checksum_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "block_checksums.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/file_format.hpp"

namespace fullforce {
namespace {

std::string path_of_sums(const std::string& dataset) { return format::checksums::group + dataset; }

}  // namespace

/// When saving, writes `sums` and returns them. When loading, returns those of the file.
ChecksumTable::Sums ChecksumTable::move(const std::string& dataset, const Blocks& blocks, Sums sums) {
  sums.resize(as_size(blocks.count));
  file_->move(path_of_sums(dataset), checksum_slab(blocks), hdf5::scalar_of<std::uint64_t>(),
              [&](Slice slice, std::byte* rows) {
                if (slice.count == 0) return;
                std::uint64_t* const mine = sums.data() + slice.first;
                const std::size_t bytes = as_size(slice.count) * sizeof(std::uint64_t);
                if (file_->saving())
                  std::memcpy(rows, mine, bytes);
                else
                  std::memcpy(mine, rows, bytes);
              });
  return sums;
}

void ChecksumTable::save(const std::string& dataset, const Blocks& blocks, const Sums& sums) {
  move(dataset, blocks, sums);
  write_block_rows(dataset, blocks.rows);
}

/// Programs of other versions may have cut the rows into other blocks. The dataset is then read once more, in those.
void ChecksumTable::compare(const std::string& dataset, const Blocks& blocks, const Sums& found) {
  Index block_rows = blocks.rows;
  agree(file_->comm(), [&] {
    if (file_->shape(path_of_sums(dataset)) != std::vector<Index>{blocks.total}) block_rows = read_block_rows(dataset);
  });
  if (block_rows == blocks.rows)
    compare_blocks(dataset, blocks, found);
  else
    verify(dataset);
}

void ChecksumTable::compare_blocks(const std::string& dataset, const Blocks& blocks, const Sums& found) {
  const Sums stored = move(dataset, blocks, Sums(found.size()));
  agree(file_->comm(), [&] {
    for (std::size_t k = 0; k < found.size(); ++k) {
      if (found[k] == stored[k]) continue;
      const Index first = (blocks.first + static_cast<Index>(k)) * blocks.rows;
      throw DamageError(file_->about(
          dataset, fmt::format("does not match its checksum in the {} rows from {} on: the file is damaged; use "
                               "another one",
                               blocks.rows, first)));
    }
  });
}

void ChecksumTable::write_block_rows(const std::string& dataset, Index rows) {
  agree(file_->comm(), [&] {
    const hdf5::Handle sums = file_->open(path_of_sums(dataset), file_->about(dataset, "cannot be written"));
    hdf5::write_attribute(sums.get(), format::checksums::block_rows, rows);
  });
}

/// Returns 0 if the attribute is no integer.
Index ChecksumTable::read_block_rows(const std::string& dataset) const {
  const std::string path = path_of_sums(dataset);
  const hdf5::Handle sums = file_->open(path, file_->about(dataset, "cannot be read"));
  const hdf5::Value value = file_->read_attribute(sums, path, format::checksums::block_rows);
  const auto* rows = std::get_if<std::int64_t>(&value);
  return rows ? *rows : 0;
}

/// The part of a dataset that this rank verifies.
CheckedSlab ChecksumTable::share_of(const std::string& dataset, const std::vector<Index>& extents) const {
  const std::vector<Index> sums = file_->shape(path_of_sums(dataset));
  if (sums.size() != 1 || sums[0] < 1) file_->fail(dataset, "has no checksums");
  const Index rows = std::max<Index>(1, extents[0]);
  const Index block_rows = std::min(rows, read_block_rows(dataset));
  if (block_rows < 1 || sums[0] != (rows + block_rows - 1) / block_rows)
    file_->fail(dataset, "has checksums that do not fit its shape");
  return share_of_blocks(extents, block_rows, sums[0], file_->comm().rank(), file_->comm().size());
}

void ChecksumTable::verify(const std::string& dataset) {
  CheckedSlab share;
  std::optional<hdf5::Scalar> scalar;
  agree(file_->comm(), [&] {
    const std::vector<Index> extents = file_->shape(dataset);
    if (extents.empty() || extents.size() > 2)
      file_->fail(dataset, fmt::format("has {} dimensions, expected 1 or 2", extents.size()));
    scalar = file_->scalar_of(dataset);
    share = share_of(dataset, extents);
  });
  BlockChecksums checksums(share.blocks.rows, share.slab.cols * scalar->bytes);
  file_->move(dataset, share.slab, *scalar,
              [&](Slice slice, const std::byte* rows) { checksums.add(rows, slice.count); });
  compare_blocks(dataset, share.blocks, checksums.finish(share.blocks.count));
}

}  // namespace fullforce

#include "seal.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sys/file.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/file_descriptor.hpp"
#include "fullforce/io/readable_file.hpp"

namespace fullforce::seal {
namespace {

constexpr std::array<char, 16> magic = {'f', 'u', 'l', 'l', 'f', 'o', 'r', 'c', 'e', ' ', 's', 'e', 'a', 'l', ' ', '1'};
constexpr std::size_t most_extents = 240;
// Smaller datasets are sealed with the structure, since reading them costs nothing.
constexpr Index large = Index{64} << 10;

/// The seal as it stands in the file, byte for byte (little-endian).
struct Block {
  std::array<char, 16> magic{};
  std::uint64_t own_checksum = 0;  ///< checksum of this block in which this member is zero
  std::uint64_t structure_checksum = 0;
  Index file_size = 0;
  Index count = 0;  ///< number of runs in `data`
  std::array<Extent, most_extents> data{};
  std::array<char, 208> rest{};
};
static_assert(sizeof(Block) == bytes);

std::uint64_t checksum_of(Block block) {
  block.own_checksum = 0;
  return XXH3_64bits(&block, sizeof block);
}

/// Whether another process has locked the file, as HDF5 does while it writes. A file system without locks says no.
bool is_locked(const std::filesystem::path& path) {
  const FileDescriptor file(path, O_RDONLY);
  return file.is_open() && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// Throws DamageError, unless another program is changing the file at this moment.
[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  if (is_locked(path))
    throw RunError(
        fmt::format("{} cannot be read: another program has locked it and may be writing it (wait until it is closed)",
                    path.string()));
  throw DamageError(fmt::format("{} {}", path.string(), what));
}

/// Says why `file` has given fewer bytes than it was asked for.
[[noreturn]] void fail_to_read(const std::ifstream& file, const std::filesystem::path& path, const char* if_too_short) {
  if (file.bad()) throw RunError(why_unreadable(path, errno));
  fail(path, if_too_short);
}

/// Lists the large datasets in the block, in the order of the file, with neighbours joined. Those for which there is no
/// room are sealed with the structure.
void list_large(std::vector<Extent> data, Block& block) {
  std::sort(data.begin(), data.end(), [](const Extent& a, const Extent& b) { return a.offset < b.offset; });
  for (const Extent& extent : data) {
    if (extent.size < large) continue;
    const auto next = as_size(block.count);
    if (next > 0 && block.data[next - 1].offset + block.data[next - 1].size == extent.offset)
      block.data[next - 1].size += extent.size;
    else if (next < most_extents)
      block.data[as_size(block.count++)] = extent;
  }
}

/// The checksum of all bytes behind the seal that the block does not list as data.
std::uint64_t structure_checksum(std::ifstream& file, const Block& block, const std::filesystem::path& path) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  std::vector<char> buffer(as_size(std::min(block.file_size, Index{1} << 20)));
  const auto add = [&](Index begin, Index end) {
    file.seekg(begin);
    for (Index left = end - begin; left > 0; left -= file.gcount()) {
      if (!file.read(buffer.data(), std::min(left, static_cast<Index>(buffer.size()))))
        fail_to_read(file, path, "became shorter while it was read");
      XXH3_64bits_update(&state, buffer.data(), as_size(file.gcount()));
    }
  };
  Index begin = bytes;
  for (Index k = 0; k < block.count; ++k) {
    const Extent& extent = block.data[as_size(k)];
    add(begin, extent.offset);
    begin = extent.offset + extent.size;
  }
  add(begin, block.file_size);
  return XXH3_64bits_digest(&state);
}

/// Whether the block is a seal of a later version. Its words and its own checksum stand where they stand in this one,
/// so that one wrong byte makes no later version.
bool is_newer(const Block& block) {
  return std::equal(magic.begin(), magic.end() - 1, block.magic.begin()) && block.magic.back() > magic.back() &&
         block.own_checksum == checksum_of(block);
}

Block read_block(const std::filesystem::path& path) {
  if (read_beginning(path).count == 0)
    fail(path, "is empty: nothing was ever written into it, or its disk was full (use another one)");
  Block block;
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(&block), sizeof block))
    fail_to_read(file, path, "has no seal: it is cut off, or it is no network file");
  require(!is_newer(block),
          "{} has a seal of version {}, and this program reads version {}; use a newer fullforce to read the file",
          path.string(), block.magic.back(), magic.back());
  if (block.magic != magic)
    fail(path, "has no seal: it was not written to its end, its beginning is damaged, or it is no network file");
  return block;
}

/// Whether the runs of data lie behind each other within the file. Otherwise the seal was not made by this program.
bool fits(const Block& block) {
  if (block.count < 0 || as_size(block.count) > most_extents) return false;
  Index begin = bytes;
  for (Index k = 0; k < block.count; ++k) {
    const Extent& extent = block.data[as_size(k)];
    if (extent.offset < begin || extent.size < 0 || extent.size > block.file_size - extent.offset) return false;
    begin = extent.offset + extent.size;
  }
  return true;
}

Index size_of(const std::filesystem::path& path) { return static_cast<Index>(std::filesystem::file_size(path)); }

}  // namespace

void write(const std::filesystem::path& path, const std::vector<Extent>& data) {
  Block block;
  block.magic = magic;
  block.file_size = size_of(path);
  list_large(data, block);
  std::ifstream in(path, std::ios::binary);
  block.structure_checksum = structure_checksum(in, block, path);
  block.own_checksum = checksum_of(block);
  std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
  out.write(reinterpret_cast<const char*>(&block), sizeof block);
  out.close();
  if (!out) fail(path, "cannot be sealed: it cannot be written");
}

void check(const std::filesystem::path& path) {
  const Block block = read_block(path);
  if (block.own_checksum != checksum_of(block)) fail(path, "has a damaged seal");
  if (const Index size = size_of(path); size != block.file_size)
    fail(path, fmt::format("has {} bytes, {} when it was written: it is cut off or mixed up, or is still being copied",
                           size, block.file_size));
  if (!fits(block)) fail(path, "has a damaged seal");
  std::ifstream in(path, std::ios::binary);
  if (block.structure_checksum != structure_checksum(in, block, path))
    fail(path, "is damaged: its structure, attributes or small datasets do not match their checksum");
}

std::string text(const std::filesystem::path& path) { return fmt::format("{:016x}", read_block(path).own_checksum); }

bool present(const std::filesystem::path& path) {
  const Beginning found = read_beginning(path);
  return found.count == static_cast<Index>(magic.size()) &&
         std::equal(magic.begin(), magic.end() - 1, found.bytes.begin());
}

}  // namespace fullforce::seal

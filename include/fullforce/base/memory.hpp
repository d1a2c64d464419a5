#pragma once
#include <filesystem>
#include <limits>
#include <string>

#include "fullforce/base/types.hpp"

namespace fullforce {

inline constexpr Index unlimited_bytes = std::numeric_limits<Index>::max();

/// A limit on memory that holds for this process.
struct MemoryLimit {
  Index bytes = unlimited_bytes;  ///< the limit
  Index left = unlimited_bytes;   ///< the part of it that may still be allocated
  std::string name;               ///< the limit in words, with its value
  std::string spread;             ///< what divides the memory of a run into smaller parts
  std::string raise;              ///< what raises the limit

  /// What gives a run more room.
  std::string remedy() const { return spread + ", or " + raise; }
};

// The functions below read files that the system makes up in /proc and /sys. They look for them below `root`, so that
// tests can show them another system.

/// The limit that leaves least to all processes of this node together. It is the memory that the node has free or could
/// free, or the limit of a control group (cgroup, version 1 or 2) that holds for this process. The limits of all groups
/// above the process's own group hold too. Page cache that can be given back counts as free.
MemoryLimit memory_limit_of_node(const std::filesystem::path& root = "/");

/// The limit on the addresses of this process (RLIMIT_AS, `ulimit -v`), which shared memory takes too.
MemoryLimit address_space_limit(const std::filesystem::path& root = "/");

/// The limit on the private memory of this process that can be written to (RLIMIT_DATA, `ulimit -d`).
MemoryLimit data_limit(const std::filesystem::path& root = "/");

/// The one of these three limits that leaves least.
MemoryLimit nearest_memory_limit(const std::filesystem::path& root = "/");

/// The memory that all processes of this node together may hold, in bytes. It is that of the machine, or the smallest
/// limit of a control group if that is less.
Index memory_of_node(const std::filesystem::path& root = "/");

/// The largest memory that this process has held, in bytes.
Index peak_memory();

/// A number of bytes in words: 1234567890 is "1.15 GiB".
std::string bytes_text(double bytes);
inline std::string bytes_text(Index bytes) { return bytes_text(static_cast<double>(bytes)); }

}  // namespace fullforce

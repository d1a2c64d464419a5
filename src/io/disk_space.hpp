#pragma once
#include <filesystem>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Disk space of a file that grows, taken before it is used: HDF5 does not survive a disk that is full in the middle of
/// a write, and with several ranks it may wait for ever. One rank.
class DiskSpace {
 public:
  explicit DiskSpace(std::filesystem::path path) : path_(std::move(path)) {}

  /// Takes `bytes` more for a file that exists. Where the file system cannot reserve, the first `bytes` of all are
  /// written with zeros beyond the present end, and later ones compared with what is free. Throws RunError when there
  /// is no room.
  void take(Index bytes);

 private:
  std::filesystem::path path_;
  Index taken_ = 0;
};

}  // namespace fullforce

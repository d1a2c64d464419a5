#pragma once
#include <filesystem>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Reserves disk space for a file that grows, before HDF5 writes to it. HDF5 does not survive a disk that becomes full
/// in the middle of a write, and with several ranks it may wait for ever, so an error that comes after the fact is too
/// late. One rank reserves for all.
class DiskSpace {
 public:
  explicit DiskSpace(std::filesystem::path path) : path_(std::move(path)) {}

  /// Reserves `bytes` more for a file that exists. On a file system that cannot reserve, the first call writes zeros
  /// behind the present end instead, and later calls only compare `bytes` with the free space. Throws RunError where
  /// there is no room.
  void take(Index bytes);

 private:
  std::filesystem::path path_;
  Index taken_ = 0;  ///< bytes reserved so far
};

}  // namespace fullforce

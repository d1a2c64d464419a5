#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fullforce/io/output_place.hpp"

namespace fullforce {

/// A file that is being made and does not have its final name yet. It stands beside its final place under a name that
/// no other process uses: NAME.unfinished-HOST-PROCESS-COUNT.part. Several processes may therefore make the same file
/// at the same time; each makes a whole one, and the last to commit wins. One rank makes the object; other ranks may
/// write to the file.
class UnfinishedFile {
 public:
  /// Makes an empty file beside the place to which `target` leads. Before that it removes what killed processes of this
  /// host have left of the same target. Throws RunError if no file can be made, or if `target` leads to a pipe or a
  /// device.
  explicit UnfinishedFile(const std::filesystem::path& target);

  /// Removes the file unless it has its final name.
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Gives the file, which must be whole and closed, its final name: brings it to the disk, renames it, and brings the
  /// folder to the disk. A file that is replaced hands on its mode bits. Throws RunError. Cost: two waits for the disk.
  void commit();

 private:
  OutputPlace place_;
  std::filesystem::path path_;
  bool committed_ = false;
};

/// What a process has left of a file that it did not finish, or is making now.
struct Leftover {
  std::filesystem::path path;
  std::string target;    ///< the final name
  bool is_ours = false;  ///< whether a process of this host made it
  bool is_dead = false;  ///< whether that process has ended
};

/// The unfinished files of a folder, in the order of their names.
std::vector<Leftover> leftovers_in(const std::filesystem::path& folder);

}  // namespace fullforce

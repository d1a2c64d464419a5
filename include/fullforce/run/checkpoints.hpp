#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// checkpoint-1234.h5 for step 1234.
std::string checkpoint_name(Index step);

/// The step in the name of a checkpoint; -1 for any other name.
Index checkpoint_step(const std::filesystem::path& path);

/// The checkpoints in a folder, newest first. One rank.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& folder);

/// Files of a run's output folder that are being written, or that a run that was killed left unfinished. One rank.
std::vector<std::filesystem::path> unfinished_files(const std::filesystem::path& folder);

/// Removes them. One rank.
void remove_leftovers(const std::filesystem::path& folder);

/// The name that a damaged checkpoint gets, so that it neither counts among the newest nor is lost: with `.damaged` at
/// its end. One rank.
void put_aside(const std::filesystem::path& checkpoint);

/// The checkpoints of a folder that have been put aside. One rank.
std::vector<std::filesystem::path> put_aside_checkpoints(const std::filesystem::path& folder);

/// Writes the checkpoints of a run into its folder and keeps the newest few.
class CheckpointWriter {
 public:
  /// `save` writes the run's present state to a path, whole or not at all, and throws RunError. **Collective.**
  using Save = std::function<void(const std::filesystem::path&)>;
  CheckpointWriter(const Communicator& comm, std::filesystem::path folder, Index keep, Save save);

  /// Writes the checkpoint of a step, unless it was written already, and removes older ones beyond the newest few, and
  /// those of later steps. Returns what went wrong; all stay then. Empty if nothing did. **Collective.**
  std::string write(Index step);

  double seconds() const { return seconds_; }  ///< that the last one took, on the slowest rank
  Index written() const { return written_; }   ///< how many

 private:
  void prune(Index step) const;

  const Communicator* comm_;
  std::filesystem::path folder_;
  Index keep_;
  Save save_;
  Index last_step_ = -1;
  Index written_ = 0;
  double seconds_ = 0.0;
};

}  // namespace fullforce

#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// The name of the checkpoint of a step, such as checkpoint-1234.h5 for step 1234.
std::string checkpoint_name(Index step);

/// The step in the name of a checkpoint; -1 for any other name.
Index checkpoint_step(const std::filesystem::path& path);

/// The checkpoints in a folder, newest first. One rank may call it alone.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& folder);

/// The files in the output folder of a run that are being written, or that a killed run left unfinished. One rank may
/// call it alone.
std::vector<std::filesystem::path> unfinished_files(const std::filesystem::path& folder);

/// Removes the files that unfinished_files() finds if the process that made them has ended. That is known of processes
/// of this host. Those of other hosts count as ended if the caller is `alone`, that is, if it holds the lock of the
/// folder. One rank may call it alone.
void remove_leftovers(const std::filesystem::path& folder, bool alone);

/// Renames a damaged checkpoint, so that it does not count among the newest and is not lost. The new name has
/// `.damaged` at its end. One rank may call it alone.
void put_aside(const std::filesystem::path& checkpoint);

/// The checkpoints of a folder that have been put aside. One rank may call it alone.
std::vector<std::filesystem::path> put_aside_checkpoints(const std::filesystem::path& folder);

/// Writes the checkpoints of a run into its folder and keeps the newest few.
class CheckpointWriter {
 public:
  /// Writes the present state of the run to a path, whole or not at all, and throws RunError if that fails.
  /// **Collective.**
  using Save = std::function<void(const std::filesystem::path&)>;
  CheckpointWriter(const Communicator& comm, std::filesystem::path folder, Index keep, Save save);

  /// Writes the checkpoint of a step, unless it was the last one written. Then removes older checkpoints beyond the
  /// newest few, and those of later steps. Returns what went wrong, in which case no checkpoint is removed; the text is
  /// empty if nothing did. **Collective.**
  std::string write(Index step);

  /// Says that the checkpoint of this step stays, beside the newest few. A run with several streams protects the one at
  /// which no trial is left for a stream for the first time: a run with more trials never passes through a later state.
  void protect(Index step) { protected_step_ = step; }

  double seconds() const { return seconds_; }  ///< seconds that the last checkpoint took, on the slowest rank
  Index written() const { return written_; }   ///< number of checkpoints written

 private:
  void prune(Index step) const;

  const Communicator* comm_;
  std::filesystem::path folder_;
  Index keep_;
  Save save_;
  Index last_step_ = -1;
  Index protected_step_ = -1;
  Index written_ = 0;
  double seconds_ = 0.0;
};

}  // namespace fullforce

#pragma once
#include <filesystem>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Keeps two runs out of one output folder. It is a lock of the kernel on the folder's log.txt. The first rank holds
/// it, and it ends with that process, however the process ends. If the file system has no locks, there is none.
class RunLock {
 public:
  RunLock() = default;
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Takes the lock if the folder holds a run, and writes nothing. Throws InputError if another run has the lock.
  /// Before that it waits for a few seconds, which a killed run may need to end. **Collective.**
  void take_if_used(const Communicator& comm, const std::filesystem::path& folder);

  /// Does the same, and makes the file. Throws InputError if that cannot be done. **Collective.**
  void take(const Communicator& comm, const std::filesystem::path& folder);

  /// Whether this process holds the lock: on the root, once one of the above has taken it, if there are locks.
  bool is_held() const { return held_; }

 private:
  void wait_for(const std::filesystem::path& folder);

  int file_ = -1;
  bool held_ = false;
};

}  // namespace fullforce

#pragma once
#include <filesystem>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Keeps two runs out of one output folder: a lock of the kernel on the folder's log.txt, held by the first rank and
/// gone with its process, however that ends. Where the file system has no locks there is none.
class RunLock {
 public:
  RunLock() = default;
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Takes the lock if the folder holds a run (writes nothing). Throws InputError when another run has it, after a few
  /// seconds, which a run that was killed may need to end. **Collective.**
  void take_if_used(const Communicator& comm, const std::filesystem::path& folder);

  /// The same, and makes the file. Throws InputError when that cannot be done. **Collective.**
  void take(const Communicator& comm, const std::filesystem::path& folder);

 private:
  void wait_for(const std::filesystem::path& folder) const;

  int file_ = -1;
};

}  // namespace fullforce

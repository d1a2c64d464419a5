#include "run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "fullforce/base/check.hpp"

namespace fullforce {

RunLock::~RunLock() {
  if (file_ >= 0) ::close(file_);
}

void RunLock::wait_for(const std::filesystem::path& folder) {
  constexpr int tries = 30;
  for (int k = 0; !held_; ++k) {
    held_ = ::flock(file_, LOCK_EX | LOCK_NB) == 0;
    if (held_ || errno != EWOULDBLOCK) return;
    require(k < tries,
            "another run writes to {} (it holds the lock on log.txt): wait for its end, or give another --output",
            folder.string());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void RunLock::take_if_used(const Communicator& comm, const std::filesystem::path& folder) {
  agree(comm, [&] {
    // Where log.txt cannot be opened for writing, no run is in progress. O_NONBLOCK keeps a pipe of that name from
    // being waited for.
    if (comm.is_root()) file_ = ::open((folder / "log.txt").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    if (file_ >= 0) wait_for(folder);
  });
}

void RunLock::take(const Communicator& comm, const std::filesystem::path& folder) {
  agree(comm, [&] {
    if (!comm.is_root() || file_ >= 0) return;
    file_ = ::open((folder / "log.txt").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    require(file_ >= 0, "the output folder {} is not writable: {} (give another --output)", folder.string(),
            std::strerror(errno));
    wait_for(folder);
  });
}

}  // namespace fullforce

#include "disk_space.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

/// Returns errno: fallocate of the kernel, not posix_fallocate, which writes the whole file where the kernel cannot.
int reserve(int file, Index bytes) {
  int result = 0;
  do result = ::fallocate(file, 0, 0, bytes);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

int write_zeros(int file, Index end) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return errno;
  const std::vector<char> zeros(4096);
  for (Index at = status.st_size; at < end;) {
    const auto count = static_cast<std::size_t>(std::min<Index>(end - at, static_cast<Index>(zeros.size())));
    const ssize_t written = ::pwrite(file, zeros.data(), count, at);
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) at += written;
  }
  return 0;
}

int compare_with_free(int file, Index bytes) {
  struct statvfs status {};
  if (::fstatvfs(file, &status) != 0) return 0;  // not known
  const double available = static_cast<double>(status.f_bavail) * static_cast<double>(status.f_frsize);
  return available < static_cast<double>(bytes) ? ENOSPC : 0;
}

}  // namespace

void DiskSpace::take(Index bytes) {
  const int file = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  int error = file < 0 ? errno : reserve(file, taken_ + bytes);
  if (error == EOPNOTSUPP || error == ENOSYS)
    error = taken_ == 0 ? write_zeros(file, bytes) : compare_with_free(file, bytes);
  if (file >= 0) ::close(file);
  if (error != 0) throw RunError(fmt::format("{} cannot grow: {}", path_.string(), std::strerror(error)));
  taken_ += bytes;
}

}  // namespace fullforce

#include "disk_space.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/file_descriptor.hpp"

namespace fullforce {
namespace {

/// Returns 0 or the value of errno. It asks the kernel (fallocate), since posix_fallocate would write the whole file
/// where the kernel cannot reserve.
int reserve(int file, Index bytes) {
  int result = 0;
  do result = ::fallocate(file, 0, 0, bytes);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

/// Returns 0 or the value of errno.
int write_zeros(int file, Index end) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return errno;
  const std::vector<char> zeros(4096);
  for (Index at = status.st_size; at < end;) {
    const auto count = as_size(std::min<Index>(end - at, static_cast<Index>(zeros.size())));
    const ssize_t written = ::pwrite(file, zeros.data(), count, at);
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) at += written;
  }
  return 0;
}

/// Returns 0 or ENOSPC.
int compare_with_free(int file, Index bytes) {
  struct statvfs status {};
  if (::fstatvfs(file, &status) != 0) return 0;  // the free space is not known
  const double available = static_cast<double>(status.f_bavail) * static_cast<double>(status.f_frsize);
  return available < static_cast<double>(bytes) ? ENOSPC : 0;
}

}  // namespace

void DiskSpace::take(Index bytes) {
  const FileDescriptor file(path_, O_WRONLY);
  int error = file.is_open() ? reserve(file.get(), taken_ + bytes) : errno;
  if (error == EOPNOTSUPP || error == ENOSYS)
    error = taken_ == 0 ? write_zeros(file.get(), bytes) : compare_with_free(file.get(), bytes);
  if (error != 0) throw RunError(fmt::format("{} cannot grow: {}", path_.string(), std::strerror(error)));
  taken_ += bytes;
}

}  // namespace fullforce

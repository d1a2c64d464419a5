#include "fullforce/io/readable_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "fullforce/base/check.hpp"
#include "fullforce/io/file_descriptor.hpp"

namespace fullforce {
namespace {

/// Whether a value of errno says that the disk or the file system failed, and not that the path is wrong.
bool is_failure_of_system(int reason) {
  return reason == EIO || reason == ESTALE || reason == EMFILE || reason == ENFILE || reason == ENOMEM;
}

[[noreturn]] void refuse(const std::filesystem::path& path, int reason) {
  if (is_failure_of_system(reason)) throw RunError(why_unreadable(path, reason));
  throw InputError(why_unreadable(path, reason));
}

std::string why_missing(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(path, error);
  if (error) return fmt::format("{}: there is no such file", path.string());
  return fmt::format("{}: there is no such file, since the link leads to {}, which is not there", path.string(),
                     target.string());
}

/// What the user can do about a value of errno.
const char* remedy_of(int reason) {
  switch (reason) {
    case EACCES:
    case EPERM:
      return "let its owner give you the right to read it and to enter its folders: chmod u+r or g+r, chmod +x";
    case ELOOP:
      return "its links lead in a circle; name the file itself";
    case EIO:
      return "its disk or its file system fails; try again, and take another copy if it fails again";
    case ESTALE:
      return "its file server has replaced it; try again";
    default:
      return "name another file";
  }
}

/// What a path leads to if it is no file, with what to do; empty if it is one.
const char* other_kind(mode_t mode) {
  if (S_ISREG(mode)) return "";
  if (S_ISDIR(mode)) return "folder (name a file in it)";
  return S_ISFIFO(mode) ? "pipe (HDF5 needs a file; name one)" : "device (HDF5 needs a file; name one)";
}

}  // namespace

std::string why_unreadable(const std::filesystem::path& path, int reason) {
  if (reason == ENOENT) return why_missing(path);
  return fmt::format("{} cannot be read: {} ({})", path.string(), std::strerror(reason), remedy_of(reason));
}

Beginning read_beginning(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) refuse(path, errno);
  // It is asked before the file is opened, because opening a pipe would wait for its writer.
  const std::string other = other_kind(status.st_mode);
  require(other.empty(), "{}: is a {}", path.string(), other);
  const FileDescriptor file(path, O_RDONLY);
  if (!file.is_open()) refuse(path, errno);
  Beginning beginning;
  const ssize_t count = ::read(file.get(), beginning.bytes.data(), beginning.bytes.size());
  if (count < 0) refuse(path, errno);
  beginning.count = count;
  return beginning;
}

std::string naming(const std::filesystem::path& path, const std::exception& error) {
  const std::string text = error.what();
  return text.find(path.string()) != std::string::npos ? text : fmt::format("{}: {}", path.string(), text);
}

}  // namespace fullforce

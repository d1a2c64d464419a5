#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace fullforce {

/// Owns a file descriptor of the operating system: opens a file and closes it at its end. Where the file cannot be
/// opened, is_open() returns false and `errno` holds the reason; nothing is thrown. The descriptor is not passed on to
/// programs that this one starts.
class FileDescriptor {
 public:
  /// `flags` are those of open(2), for example O_RDONLY. A file that O_CREAT makes has the bits of `mode` that the
  /// process's mask allows.
  FileDescriptor(const std::filesystem::path& path, int flags, mode_t mode = 0666)
      : id_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~FileDescriptor() {
    if (is_open()) ::close(id_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  bool is_open() const { return id_ >= 0; }
  int get() const { return id_; }

 private:
  int id_;
};

}  // namespace fullforce

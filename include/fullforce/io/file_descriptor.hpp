#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace fullforce {

/// A file of the system, open until this ends. Where it cannot be opened is_open() says so, and errno why.
class FileDescriptor {
 public:
  FileDescriptor(const std::filesystem::path& path, int flags) : id_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
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

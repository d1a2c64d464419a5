#include "fullforce/io/atomic_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fullforce/base/check.hpp"
#include "fullforce/base/types.hpp"
#include "fullforce/io/file_descriptor.hpp"

namespace fullforce {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  const int code = errno;  // before anything else can change it
  throw RunError(fmt::format("{} {}: {}", path.string(), what, std::strerror(code)));
}

/// Throws RunError where the file could not be opened.
void expect_open(const FileDescriptor& file, const std::filesystem::path& path) {
  if (!file.is_open()) fail(path, "cannot be opened");
}

// Syncs a file or a folder. Some file systems cannot sync a folder and answer EINVAL; nothing better can be done on
// them.
void sync(const std::filesystem::path& path, int flags) {
  const FileDescriptor descriptor(path, flags);
  expect_open(descriptor, path);
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL) fail(path, "cannot be brought to the disk");
}

void write_all(const std::filesystem::path& path, std::string_view text) {
  const FileDescriptor descriptor(path, O_WRONLY | O_CREAT | O_TRUNC);
  expect_open(descriptor, path);
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR) fail(path, "cannot be written");
    if (written > 0) text.remove_prefix(as_size(written));
  }
}

}  // namespace

std::filesystem::path temporary_name(const std::filesystem::path& path) { return path.string() + ".part"; }

void sync_file(const std::filesystem::path& path) { sync(path, O_RDONLY); }

void commit_file(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  sync_file(temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "cannot be put in place");
  const std::filesystem::path folder = path.parent_path();
  sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

void commit_when_whole(const std::filesystem::path& path,
                       const std::function<void(const std::filesystem::path&)>& write) {
  const std::filesystem::path temporary = temporary_name(path);
  try {
    write(temporary);
    commit_file(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void write_atomically(const std::filesystem::path& path, std::string_view text) {
  commit_when_whole(path, [&](const std::filesystem::path& temporary) { write_all(temporary, text); });
}

}  // namespace fullforce

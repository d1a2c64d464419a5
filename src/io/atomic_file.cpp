#include "fullforce/io/atomic_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "fullforce/base/check.hpp"
#include "fullforce/base/standard_streams.hpp"
#include "fullforce/io/file_descriptor.hpp"
#include "fullforce/io/output_place.hpp"
#include "fullforce/io/unfinished_file.hpp"

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

void write_all(int descriptor, const std::filesystem::path& path, std::string_view text) {
  const std::string failure = write_to(descriptor, text);
  if (!failure.empty()) throw RunError(fmt::format("{} cannot be written: {}", path.string(), failure));
}

void write_into(const OutputPlace& place, std::string_view text) {
  if (place.kind == OutputPlace::Kind::descriptor) return write_all(place.descriptor, place.path, text);
  // To open a pipe is to wait for its reader, unless one says not to; then the answer is ENXIO.
  constexpr int tries = 100;
  for (int k = 0; k < tries; ++k) {
    const FileDescriptor stream(place.path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    if (stream.is_open()) return write_all(stream.get(), place.path, text);
    if (errno != ENXIO || !std::filesystem::is_fifo(place.path)) fail(place.path, "cannot be opened");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  throw RunError(fmt::format("{} cannot be written: nobody reads from this pipe", place.path.string()));
}

}  // namespace

void sync_file(const std::filesystem::path& path) { sync(path, O_RDONLY); }

void sync_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

void commit_when_whole(const std::filesystem::path& path,
                       const std::function<void(const std::filesystem::path&)>& write) {
  UnfinishedFile file(path);
  write(file.path());
  file.commit();
}

void write_atomically(const std::filesystem::path& path, std::string_view text) {
  const OutputPlace place = output_place(path);
  if (place.kind != OutputPlace::Kind::file) return write_into(place, text);
  commit_when_whole(path, [&](const std::filesystem::path& unfinished) {
    const FileDescriptor file(unfinished, O_WRONLY | O_TRUNC);
    expect_open(file, unfinished);
    write_all(file.get(), path, text);
  });
}

}  // namespace fullforce

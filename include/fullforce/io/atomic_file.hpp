#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

/// Files that are replaced as a whole. A file is first made under a name of its own (see UnfinishedFile), then brought
/// to the disk, then renamed. After a crash at any moment the old file or the new one is there, never a mixture of
/// both. These functions are called by one rank, and throw RunError that names the file and the system's reason.
namespace fullforce {

/// Waits until the bytes of a file are on the disk.
void sync_file(const std::filesystem::path& path);

/// Waits until the names in the folder of a file are on the disk.
void sync_folder_of(const std::filesystem::path& path);

/// Calls `write` with the name of an empty file, which it may replace, then gives the file the name `path`. Where
/// anything throws, the file is removed and the exception goes on to the caller. Symbolic links are followed, and a
/// file that is replaced hands on its mode bits. Throws RunError if `path` leads to a pipe or a device.
void commit_when_whole(const std::filesystem::path& path,
                       const std::function<void(const std::filesystem::path&)>& write);

/// Writes a text file, or replaces it, as a whole. If `path` leads to a pipe or a device, the text is written into
/// that; a pipe that nobody opens for reading is an error after ten seconds.
void write_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace fullforce

#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

namespace fullforce {

/// The name under which a file is made before it is whole: in the same folder, so that renaming cannot cross file
/// systems.
std::filesystem::path temporary_name(const std::filesystem::path& path);

/// Brings a file's bytes to the disk. Throws RunError.
void sync_file(const std::filesystem::path& path);

/// Puts a whole file in its place: its bytes reach the disk, then it takes its name, then the folder reaches the disk.
/// A crash leaves the old file or the new one, never a mixture. One rank. Throws RunError.
void commit_file(const std::filesystem::path& temporary, const std::filesystem::path& path);

/// Calls `write` with a temporary name, then commits what it made; if anything throws, the temporary file is removed.
/// One rank.
void commit_when_whole(const std::filesystem::path& path,
                       const std::function<void(const std::filesystem::path&)>& write);

/// A text file that is either the old one or all of the new one. One rank. Throws RunError.
void write_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace fullforce

#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

/// Files that are replaced as a whole. A file is first made under a temporary name, then brought to the disk, then
/// renamed. After a crash at any moment the old file or the new one is there, never a mixture of both. These functions
/// are called by one rank, and throw RunError that names the file and the system's reason.
namespace fullforce {

/// The name under which a file is made before it is whole: `path` with ".part" behind it. It is in the same folder,
/// since a file can only be renamed within one file system. Never throws.
std::filesystem::path temporary_name(const std::filesystem::path& path);

/// Waits until the bytes of a file are on the disk.
void sync_file(const std::filesystem::path& path);

/// Gives a file that is whole its final name: brings `temporary` to the disk, renames it to `path`, and brings the
/// folder to the disk. Cost: two waits for the disk.
void commit_file(const std::filesystem::path& temporary, const std::filesystem::path& path);

/// Calls `write` with the temporary name of `path`, then commits what it made. Where anything throws, the temporary
/// file is removed and the exception goes on to the caller.
void commit_when_whole(const std::filesystem::path& path,
                       const std::function<void(const std::filesystem::path&)>& write);

/// Writes a text file, or replaces it, as a whole.
void write_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace fullforce

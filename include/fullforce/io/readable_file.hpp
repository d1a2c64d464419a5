#pragma once
#include <array>
#include <exception>
#include <filesystem>
#include <string>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Why the operating system does not let this process read the file, as a sentence that begins with its path and ends
/// with what the user can do. `reason` is a value of errno.
std::string why_unreadable(const std::filesystem::path& path, int reason);

/// The first bytes of a file. A file that is shorter has fewer of them.
struct Beginning {
  std::array<char, 16> bytes{};
  Index count = 0;
};

/// Reads the beginning of a file, which may be empty. Throws InputError where the user can mend what is in the way:
/// there is no file, the path leads to something else than a file, or this process may not read it. Throws RunError
/// where the disk or the file system fails. One rank calls this function.
Beginning read_beginning(const std::filesystem::path& path);

/// The text of an error, in front of which the file is named unless the text names it.
std::string naming(const std::filesystem::path& path, const std::exception& error);

}  // namespace fullforce

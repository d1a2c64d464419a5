#pragma once
#include <filesystem>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Throws InputError unless `found`, which the file gives as its `format_version`, is a version that this program
/// reads: one from `oldest` to `newest`. A later version is that of a newer program, and the message says to use it.
void require_version(const std::filesystem::path& path, double found, Index oldest, Index newest);

/// Throws InputError if a file of this project says that it has a later version than this program knows. Everything
/// else passes, also a file that cannot be opened: whoever reads it finds out why. Called by one rank.
void refuse_newer_file(const std::filesystem::path& path);

}  // namespace fullforce

#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace fullforce {

/// Where an output goes that was asked for under some path.
struct OutputPlace {
  enum class Kind {
    file,       ///< a file, which may not exist yet; it is replaced as a whole
    stream,     ///< a pipe or a device; it is written into
    descriptor  ///< a file that this process has open already, such as /dev/stdout; it is written into
  };

  Kind kind = Kind::file;
  std::filesystem::path path;  ///< the path without the symbolic links at its end
  std::optional<mode_t> mode;  ///< the mode bits of a file that exists
  int descriptor = -1;         ///< of Kind::descriptor
};

/// Finds where an output goes: a symbolic link stays, and what it leads to is written, even if that does not exist yet.
/// Nothing is opened. Throws RunError if links lead in a circle, or if the path cannot be followed.
OutputPlace output_place(const std::filesystem::path& path);

/// Whether an output of this path would be a file. HDF5 needs one, since it moves to and fro in it. Never throws.
bool leads_to_a_file(const std::filesystem::path& path);

}  // namespace fullforce

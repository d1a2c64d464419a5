#pragma once
#include <filesystem>
#include <vector>

#include "fullforce/base/types.hpp"

/// The seal of an archive stands in front of what HDF5 sees (its user block): the length of the file and a checksum of
/// every byte that HDF5 itself reads its way by. It is checked with plain reads before HDF5 opens the file, since HDF5
/// may crash or never return on damaged structure. One rank.
namespace fullforce::seal {

/// Bytes in front of the HDF5 file proper.
inline constexpr Index bytes = 4096;

/// A run of bytes of the file.
struct Extent {
  Index offset = 0;
  Index size = 0;
};

/// Seals a file that HDF5 has closed, everything but `data`: large datasets, which have checksums of their own. Throws
/// RunError.
void write(const std::filesystem::path& path, const std::vector<Extent>& data);

/// Throws RunError that says what is wrong unless the file is as it was when it was sealed, `data` excepted.
void check(const std::filesystem::path& path);

/// Whether the file begins like a sealed one, whole or not.
bool present(const std::filesystem::path& path);

}  // namespace fullforce::seal

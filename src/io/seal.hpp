#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

/// The seal of an archive stands in front of the part of the file that HDF5 sees (in HDF5's "user block"). It holds the
/// length of the file and a checksum of every byte by which HDF5 finds its way through the file: structure, attributes
/// and small datasets. It is checked with plain reads before HDF5 opens the file, since HDF5 may crash or never return
/// on damaged structure. One rank calls these functions.
///
/// A seal in a second file could be parted from its file. One checksum of all bytes would make a restart read the file
/// twice more.
namespace fullforce::seal {

/// Size of the seal, which is also where the HDF5 file proper begins.
inline constexpr Index bytes = 4096;

/// A run of bytes of the file, in bytes from its beginning.
struct Extent {
  Index offset = 0;
  Index size = 0;
};

/// Seals a file that HDF5 has closed. `data` are the places of its datasets. The large ones are left out of the seal's
/// checksum, since they have checksums of their own. Throws RunError.
void write(const std::filesystem::path& path, const std::vector<Extent>& data);

/// Checks that all bytes which the seal covers are as they were when the file was sealed. Throws DamageError that says
/// what is wrong if they are not. Throws InputError or RunError as read_beginning() does if that cannot be found out,
/// and likewise if a newer program sealed the file or another one is writing it.
void check(const std::filesystem::path& path);

/// The checksum of the seal itself, and so of what it seals, in hexadecimal digits. Throws as check() does if there is
/// no seal.
std::string text(const std::filesystem::path& path);

/// Whether the file begins like a sealed one, of any version. It may still be damaged. Throws what read_beginning()
/// throws.
bool present(const std::filesystem::path& path);

}  // namespace fullforce::seal

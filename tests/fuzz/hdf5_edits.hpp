#pragma once
#include <filesystem>
#include <string_view>

/// Changes to HDF5 files that are written as lines of text, so that a fuzzer gets beyond the first bytes of a file:
///
///     remove PATH                           move PATH PATH                 group PATH
///     link hard|soft TARGET PATH            link external FILE TARGET PATH
///     dataset PATH TYPE EXTENTS LAYOUT FILTERS [VALUE...]
///     values PATH VALUE...                  chunk PATH OFFSETS MASK BYTES
///     attribute OBJECT NAME TYPE EXTENTS VALUE...
///     byte POSITION BITS                    cut BYTES                      append BYTES
///
/// The words of a dataset are those of the tables in hdf5_edits.cpp, for example
///
///     dataset targets f64 5,2 chunked:2,1 shuffle,gzip 0 0.5 1
///
/// The values are repeated until the dataset is full; without any it is not written. An extent with a star has no limit
/// (5*), and "-" is the shape of a scalar. BYTES are hexadecimal. `byte` inverts BITS of the byte that is number
/// POSITION among those that are not zero. What HDF5 refuses to do is left out.
namespace fullforce {

/// Makes one change to an HDF5 file that no one has open. Lines that it does not know change nothing.
void edit_hdf5(const std::filesystem::path& path, std::string_view line);

/// Makes a change to the bytes of a file: byte, cut or append. Returns whether the line was one of them.
bool edit_bytes(const std::filesystem::path& path, std::string_view line);

}  // namespace fullforce

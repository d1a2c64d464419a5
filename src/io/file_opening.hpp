#pragma once
#include <filesystem>

#include "disk_space.hpp"
#include "fullforce/io/hdf5.hpp"
#include "fullforce/parallel/mpi.hpp"

/// How all ranks create, open and read or write one sealed HDF5 file together.
namespace fullforce {

/// HDF5's settings for moving data and for making objects in a file that all ranks have open.
struct AccessProperties {
  /// Throws RunError where HDF5 refuses.
  AccessProperties();

  hdf5::Handle collective;      ///< every rank takes part in a transfer
  hdf5::Handle create_parents;  ///< missing groups on the way to an object are made
  hdf5::Handle never_fill;      ///< a new dataset is not filled with zeros before it is written
};

/// Creates `path` or empties it, and leaves room for a seal in front. `disk`, which has the same path, reserves what
/// HDF5 needs to close the file whatever happens. Throws RunError. **Collective.**
hdf5::Handle create_together(const Communicator& comm, const std::filesystem::path& path, DiskSpace& disk);

/// Opens `path` for reading after one rank has checked its seal. Throws what seal::check() throws, and RunError.
/// **Collective.**
hdf5::Handle open_together(const Communicator& comm, const std::filesystem::path& path);

}  // namespace fullforce

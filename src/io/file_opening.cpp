#include "file_opening.hpp"

#include <cerrno>
#include <cstring>

#include "fullforce/base/check.hpp"
#include "fullforce/io/file_descriptor.hpp"
#include "fullforce/io/format_version.hpp"
#include "seal.hpp"

namespace fullforce {
namespace {

using hdf5::Handle;

/// HDF5 puts its structure into pieces of this size; nearly all of the structure fits into the first piece.
constexpr Index structure_bytes = Index{64} << 10;
/// This much is reserved before anything else, so that HDF5 can close the file whatever happens.
constexpr Index room_to_close = seal::bytes + 2 * structure_bytes;

Handle access_by_all(const Communicator& comm) {
  Handle access = hdf5::own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  hdf5::check(H5Pset_fapl_mpio(access.get(), comm.handle(), MPI_INFO_NULL), "file access");
  // One rank reads structure from the disk for all; otherwise a thousand ranks would read the same headers.
  hdf5::check(H5Pset_all_coll_metadata_ops(access.get(), true), "file access");
  hdf5::check(H5Pset_coll_metadata_write(access.get(), true), "file access");
  // Headers carry checksums of their own from version 1.8 of the format on.
  hdf5::check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST), "file access");
  hdf5::check(H5Pset_meta_block_size(access.get(), structure_bytes), "file access");
  return access;
}

void expect_creatable(const std::filesystem::path& path) {
  const FileDescriptor file(path, O_WRONLY | O_CREAT);
  if (!file.is_open()) throw RunError(fmt::format("{} cannot be created: {}", path.string(), std::strerror(errno)));
}

/// A newer program may seal its files in another way, or not at all: such a file is not damaged.
void check_seal(const std::filesystem::path& path) {
  if (!seal::present(path)) refuse_newer_file(path);
  seal::check(path);
}

}  // namespace

AccessProperties::AccessProperties() {
  collective = hdf5::own(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "transfer properties");
  hdf5::check(H5Pset_dxpl_mpio(collective.get(), H5FD_MPIO_COLLECTIVE), "transfer properties");
  // Each rank moves one run of bytes, so nothing is gained where MPI collects them on other ranks. Those would also
  // wait for ever for a rank whose write fails.
  hdf5::check(H5Pset_dxpl_mpio_collective_opt(collective.get(), H5FD_MPIO_INDIVIDUAL_IO), "transfer properties");
  create_parents = hdf5::own(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "link properties");
  hdf5::check(H5Pset_create_intermediate_group(create_parents.get(), 1), "link properties");
  never_fill = hdf5::own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "dataset properties");
  hdf5::check(H5Pset_fill_time(never_fill.get(), H5D_FILL_TIME_NEVER), "dataset properties");
}

Handle create_together(const Communicator& comm, const std::filesystem::path& path, DiskSpace& disk) {
  agree(comm, [&] {
    hdf5::silence();
    if (!comm.is_root()) return;
    expect_creatable(path);
    DiskSpace(path).take(room_to_close);  // on a disk without any room HDF5 could not even close the file again
  });
  Handle file;
  agree(comm, [&] {
    const Handle access = access_by_all(comm);
    const Handle creation = hdf5::own(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "file creation");
    hdf5::check(H5Pset_userblock(creation.get(), seal::bytes), "file creation");
    file = hdf5::own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose,
                     fmt::format("{} cannot be created", path.string()));
  });
  // HDF5 has emptied the file, and must be able to close it even where a dataset finds no room later on.
  agree(comm, [&] {
    if (comm.is_root()) disk.take(room_to_close);
  });
  return file;
}

Handle open_together(const Communicator& comm, const std::filesystem::path& path) {
  agree(comm, [&] {
    hdf5::silence();
    if (comm.is_root()) check_seal(path);
  });
  Handle file;
  agree(comm, [&] {
    const Handle access = access_by_all(comm);
    file =
        hdf5::own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose,
                  fmt::format("{} cannot be opened by all ranks, although one rank has found its seal intact (do all "
                              "nodes see this file?)",
                              path.string()));
  });
  return file;
}

}  // namespace fullforce

#include "fullforce/io/hdf5.hpp"

#include <fmt/format.h>

#include "fullforce/base/check.hpp"
#include "fullforce/io/library.hpp"
#include "fullforce/io/readable_file.hpp"

namespace fullforce::hdf5 {
namespace {

herr_t keep_description(unsigned, const H5E_error2_t* entry, void* text) {
  if (entry->desc) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

/// What the user can do is known for some of HDF5's reasons.
std::string reason_not_to_open(const std::filesystem::path& path, const std::string& reason) {
  const std::string name = path.string();
  if (reason.find("file signature not found") != std::string::npos)
    return fmt::format("{} cannot be opened: it is no HDF5 file, or its beginning is damaged (name another file)",
                       name);
  if (reason.find("truncated file") != std::string::npos)
    return fmt::format("{} cannot be opened: it is cut off, or is still being copied or written (HDF5: {})", name,
                       reason);
  if (reason.find("bad superblock version") != std::string::npos)
    return fmt::format(
        "{} cannot be opened: it was written by a newer HDF5 than {}, or its beginning is damaged (write it again with "
        "an older HDF5)",
        name, hdf5_library());
  if (reason.find("h5clear") != std::string::npos)
    return fmt::format(
        "{0} cannot be opened: it is marked as being written (if the program that wrote it has ended, h5clear -s {0} "
        "removes the mark)",
        name);
  if (reason.find("unable to lock") != std::string::npos)
    return fmt::format("{} cannot be opened: another program has locked it (wait until it is written)", name);
  return fmt::format("{} cannot be opened (HDF5: {})", name, reason);
}

/// HDF5 reads again what does not match its checksum, since the writer may just be writing it, and doubles the time
/// that it waits: a nanosecond at first. It gives up after a hundred times, which would be never for a damaged file.
constexpr unsigned read_attempts = 24;

hid_t open_beside_its_writer(const std::filesystem::path& path) {
  const Handle access = own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  check(H5Pset_metadata_read_attempts(access.get(), read_attempts), "file access");
  return H5Fopen(path.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, access.get());
}

}  // namespace

void silence() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string error_text() {
  std::string text = "unknown error";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_description, &text);
  return text;
}

Handle own(hid_t id, Handle::Closer closer, const std::string& what) {
  if (id < 0) throw RunError(fmt::format("{} (HDF5: {})", what, error_text()));
  return {id, closer};
}

void check(herr_t status, const std::string& what) {
  if (status < 0) throw RunError(fmt::format("{} (HDF5: {})", what, error_text()));
}

template <>
Scalar scalar_of<float>() {
  return {H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, 4, "32-bit floating point"};
}
template <>
Scalar scalar_of<double>() {
  return {H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, 8, "64-bit floating point"};
}
template <>
Scalar scalar_of<std::uint8_t>() {
  return {H5T_NATIVE_UINT8, H5T_STD_U8LE, 1, "unsigned 8-bit integer"};
}
template <>
Scalar scalar_of<std::int32_t>() {
  return {H5T_NATIVE_INT32, H5T_STD_I32LE, 4, "32-bit integer"};
}
template <>
Scalar scalar_of<std::int64_t>() {
  return {H5T_NATIVE_INT64, H5T_STD_I64LE, 8, "64-bit integer"};
}
template <>
Scalar scalar_of<std::uint64_t>() {
  return {H5T_NATIVE_UINT64, H5T_STD_U64LE, 8, "unsigned 64-bit integer"};
}

std::vector<std::string> member_names(hid_t group) {
  H5G_info_t info{};
  check(H5Gget_info(group, &info), "group cannot be listed");
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    check(length < 0 ? -1 : 0, "group cannot be listed");
    std::string name(as_size(length), '\0');
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1, H5P_DEFAULT);
    names.push_back(std::move(name));
  }
  return names;
}

Handle open_serially(const std::filesystem::path& path) {
  silence();
  if (read_beginning(path).count == 0)
    throw InputError(fmt::format("{} is empty: nothing was ever written into it, or its disk was full (write it again)",
                                 path.string()));
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file >= 0) return {file, H5Fclose};
  const std::string reason = reason_not_to_open(path, error_text());
  // A program writes the file so that others can read it meanwhile (SWMR), or ended without closing it.
  const hid_t beside_its_writer = open_beside_its_writer(path);
  if (beside_its_writer < 0) throw InputError(reason);
  return {beside_its_writer, H5Fclose};
}

namespace {

/// Access without locks to a file whose name nobody else knows. Some file systems have no locks.
Handle access_alone() {
  Handle access = own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
#if H5_VERSION_GE(1, 10, 7)
  check(H5Pset_file_locking(access.get(), false, true), "file access");
#endif
  return access;
}

}  // namespace

Handle create_serially(const std::filesystem::path& path) {
  silence();
  return own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access_alone().get()), H5Fclose,
             fmt::format("{} cannot be created", path.string()));
}

Handle reopen_serially(const std::filesystem::path& path) {
  silence();
  return own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access_alone().get()), H5Fclose,
             fmt::format("{} cannot be opened", path.string()));
}

}  // namespace fullforce::hdf5

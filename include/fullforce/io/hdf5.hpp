#pragma once
#include <hdf5.h>

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fullforce/base/types.hpp"

/// The little of HDF5's C interface that this floor needs, with owners for its handles. Only files of this floor
/// include it.
namespace fullforce::hdf5 {

/// Owns an HDF5 identifier; closes it with the function that its kind needs.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(other.closer_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(closer_, other.closer_);
    return *this;
  }
  ~Handle() { close(); }

  hid_t get() const { return id_; }

  /// Closes now; false where HDF5 could not (a last write that failed).
  bool close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || closer_(id) >= 0;
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Closer closer_ = nullptr;
};

/// HDF5 prints its error stack by default; we put its text into exceptions instead. Call before anything else.
void silence();

/// What HDF5 last complained about: the deepest entry of its error stack, or "unknown error".
std::string error_text();

/// An owner of `id`. Throws RunError with `what` and HDF5's reason when the call that made it failed.
Handle own(hid_t id, Handle::Closer closer, const std::string& what);

/// Throws RunError with `what` and HDF5's reason when `status` says failure.
void check(herr_t status, const std::string& what);

/// How a scalar looks in memory and in the file (always little-endian). T: float, double, std::int64_t, std::uint64_t.
struct Scalar {
  hid_t memory;
  hid_t file;
  Index bytes;
  const char* name;
};
template <class T>
Scalar scalar_of();

/// The value of a scalar attribute, as wide as HDF5 can convert it.
using Value = std::variant<std::int64_t, double, std::string>;

bool has_attribute(hid_t object, const std::string& name);
std::vector<std::string> attribute_names(hid_t object);

/// A number, or a string of fixed or variable length. Throws RunError for anything else.
Value read_attribute(hid_t object, const std::string& name);

/// Strings are written with variable length in UTF-8, which h5py gives back as str.
void write_attribute(hid_t object, const std::string& name, const Value& value);

/// A list of names below a group, sorted.
std::vector<std::string> member_names(hid_t group);

/// The extents of a dataset; empty for a scalar.
std::vector<Index> extents(hid_t dataset);

/// "[3, 4]"
std::string to_text(const std::vector<Index>& extents);

/// Serial access, by one rank.
Handle open_serially(const std::filesystem::path& path);
Handle create_serially(const std::filesystem::path& path);

/// Makes a dataset of the given extents, and the groups on its way, and writes it whole. Throws RunError where the
/// values are not as many as the extents say. T: double, Index.
template <class T>
void write_dataset(hid_t file, const std::string& name, const std::vector<Index>& extents,
                   const std::vector<T>& values);

}  // namespace fullforce::hdf5

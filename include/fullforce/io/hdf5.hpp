#pragma once
#include <hdf5.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fullforce/base/types.hpp"

/// The part of HDF5's C interface that this floor needs, with owners for HDF5's identifiers and errors as exceptions.
/// Only the io floor and its tests include this header. An `hid_t` is HDF5's identifier of anything that is open. All
/// functions throw RunError, with HDF5's reason in its text, unless they say otherwise. None of them talks to other
/// ranks, but where HDF5 has opened a file for all ranks together, every rank must make the same calls.
namespace fullforce::hdf5 {

/// Owns an HDF5 identifier and closes it at its end, with the function that this kind of identifier needs. A Handle
/// that owns nothing has an invalid identifier.
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

  /// Closes now. Returns false where HDF5 could not close it, for example because a last write failed; never throws.
  bool close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || closer_(id) >= 0;
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Closer closer_ = nullptr;
};

/// Keeps HDF5 from printing its error stack, since its text goes into exceptions. It must be called before any other
/// function of HDF5. Never throws.
void silence();

/// The last error of HDF5 in words: the deepest entry of its error stack, or "unknown error". Never throws.
std::string error_text();

/// An owner of `id`. Throws RunError, `what` with HDF5's reason, where `id` says that the call which made it failed.
Handle own(hid_t id, Handle::Closer closer, const std::string& what);

/// Throws RunError, `what` with HDF5's reason, where `status` says that a call failed.
void check(herr_t status, const std::string& what);

/// How a scalar looks in memory and in the file (always little-endian).
struct Scalar {
  hid_t memory;
  hid_t file;
  Index bytes;
  const char* name;  ///< for messages
};

/// T: float, double, std::uint8_t, std::int32_t, std::int64_t, std::uint64_t. Never throws.
template <class T>
Scalar scalar_of();

/// The type of a dataset's scalars in the file, where it is float, double, std::int32_t or std::int64_t. `what` becomes
/// the text of the RunError where the type cannot be read.
std::optional<Scalar> scalar_of_dataset(hid_t dataset, const std::string& what);

/// The value of a scalar attribute, of the widest type of its kind.
using Value = std::variant<std::int64_t, double, std::string>;

/// Whether the object has such an attribute. Never throws.
bool has_attribute(hid_t object, const std::string& name);

/// The names of an object's attributes, sorted.
std::vector<std::string> attribute_names(hid_t object);

/// Reads an attribute that is one number, or one string of fixed or variable length. Throws RunError for anything else.
Value read_attribute(hid_t object, const std::string& name);

/// Writes a new attribute. Strings are written with variable length in UTF-8, which h5py gives back as str.
void write_attribute(hid_t object, const std::string& name, const Value& value);

/// The names of the datasets and groups directly below a group, sorted.
std::vector<std::string> member_names(hid_t group);

/// The extents of a dataset; empty for a scalar. Throws RunError where a damaged file claims so many values that their
/// number of bytes would be no Index.
std::vector<Index> extents(hid_t dataset);

/// A data space of these extents; `what` becomes the text of the RunError where HDF5 refuses.
Handle data_space(const std::vector<Index>& extents, const std::string& what);

/// Selects what one call moves: rows [first, first + extents[0]) of a dataset in `file_space`, and all of
/// `memory_space`, whose extents are `extents`. Without any row nothing is selected in either.
void select_rows(const Handle& file_space, const Handle& memory_space, Index first, const std::vector<Index>& extents);

/// Extents for messages, as in "[3, 4]". Never throws.
std::string to_text(const std::vector<Index>& extents);

/// Opens an existing file for reading, by one rank alone, also while another program writes it in HDF5's SWMR mode
/// (single writer, multiple readers). Throws what read_beginning() throws, and InputError with the reason where HDF5
/// cannot make sense of the file.
Handle open_serially(const std::filesystem::path& path);

/// Creates a file, or empties it where it exists, by one rank alone.
Handle create_serially(const std::filesystem::path& path);

/// Opens a file that this rank created and closed, whose name nobody else knows yet. Throws RunError.
Handle reopen_serially(const std::filesystem::path& path);

/// Makes a dataset of the given extents, and the groups on its way, and writes it whole. Throws RunError where the
/// number of values is not the product of the extents. T: double, Index, std::uint8_t.
template <class T>
void write_dataset(hid_t file, const std::string& name, const std::vector<Index>& extents,
                   const std::vector<T>& values);

}  // namespace fullforce::hdf5

#include "collective_file.hpp"

#include <fmt/format.h>

#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_format.hpp"

namespace fullforce {
namespace {

using hdf5::Handle;
using hdf5::Scalar;

/// The number of bytes that a dataset may add to the structure of the file.
constexpr Index structure_bytes_each = 4096;
/// Groups may be nested so deeply, and a file may have so many objects. More cannot come from this program. Links from
/// a group to one above it would otherwise be followed for ever.
constexpr int deepest_group = 16;
constexpr int most_objects = 4096;

}  // namespace

CollectiveFile::CollectiveFile(const Communicator& comm, std::filesystem::path path, Mode mode)
    : comm_(&comm), path_(std::move(path)), mode_(mode), disk_(path_) {
  file_ = saving() ? create_together(comm, path_, disk_) : open_together(comm, path_);
  agree(comm, [&] { properties_.emplace(); });
  if (!saving()) agree(comm, [&] { read_attributes(); });
}

std::string CollectiveFile::about(const std::string& object, const std::string& what) const {
  return fmt::format("{}: {} {}", path_.string(), object, what);
}

void CollectiveFile::fail(const std::string& object, const std::string& what) const {
  throw RunError(about(object, what));
}

Handle CollectiveFile::open(const std::string& object, const std::string& failure) const {
  return hdf5::own(H5Oopen(file_.get(), object.c_str(), H5P_DEFAULT), H5Oclose, failure);
}

/// Calls `visit` for an object and for all that are below it, in the order of their names.
void CollectiveFile::visit_below(const std::string& path, int depth, int& visited, const Visit& visit) const {
  if (depth > deepest_group) fail(path, "is nested too deeply: the file is damaged");
  if (++visited > most_objects) fail(path, "is one object too many: the file is damaged");
  const Handle object = open(path, about(path, "cannot be read"));
  visit(path, object);
  if (H5Iget_type(object.get()) != H5I_GROUP) return;
  for (const std::string& name : hdf5::member_names(object.get())) {
    const std::string member = (path == "/" ? "" : path) + "/" + name;
    if (member != format::checksums::group) visit_below(member, depth + 1, visited, visit);
  }
}

void CollectiveFile::visit_all(const Visit& visit) const {
  int visited = 0;
  visit_below("/", 0, visited, visit);
}

void CollectiveFile::read_attributes() {
  visit_all([this](const std::string& path, const Handle& object) {
    if (H5Iget_type(object.get()) != H5I_GROUP) return;
    for (const std::string& name : hdf5::attribute_names(object.get()))
      attributes_.emplace(std::pair(path, name), read_attribute(object, path, name));
  });
}

std::vector<std::string> CollectiveFile::datasets() const {
  std::vector<std::string> found;
  visit_all([&found](const std::string& path, const Handle& object) {
    if (H5Iget_type(object.get()) == H5I_DATASET) found.push_back(path);
  });
  return found;
}

hdf5::Value CollectiveFile::read_attribute(const Handle& object, const std::string& path,
                                           const std::string& name) const {
  try {
    return hdf5::read_attribute(object.get(), name);
  } catch (const RunError& error) {
    fail(path, error.what());
  }
}

const hdf5::Value* CollectiveFile::attribute(const std::string& group, const std::string& name) const {
  const auto found = attributes_.find(std::pair(group, name));
  return found == attributes_.end() ? nullptr : &found->second;
}

std::vector<std::pair<std::string, std::string>> CollectiveFile::attributes_ending_in(std::string_view ending) const {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [place, value] : attributes_)
    if (place.second.ends_with(ending)) found.push_back(place);
  return found;
}

void CollectiveFile::write_attribute(const std::string& group, const std::string& name, const hdf5::Value& value) {
  agree(*comm_, [&] {
    const Handle object = open_or_make_group(group);
    hdf5::write_attribute(object.get(), name, value);
  });
}

Handle CollectiveFile::open_or_make_group(const std::string& group) {
  const std::string what = about(group, "cannot be written");
  if (contains(group)) return hdf5::own(H5Gopen2(file_.get(), group.c_str(), H5P_DEFAULT), H5Gclose, what);
  const hid_t parents = properties_->create_parents.get();
  return hdf5::own(H5Gcreate2(file_.get(), group.c_str(), parents, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, what);
}

/// Finds out whether an object is in the file. Where a parent is missing, HDF5 answers with an error and not with no,
/// so the path is walked from the root.
bool CollectiveFile::contains(const std::string& object) const {
  for (std::size_t end = 0; end != std::string::npos && object != "/";) {
    end = object.find('/', end + 1);
    if (H5Lexists(file_.get(), object.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return true;
}

std::vector<Index> CollectiveFile::shape(const std::string& dataset) const {
  if (!contains(dataset)) return {};
  const Handle object = open(dataset, about(dataset, "cannot be read"));
  return H5Iget_type(object.get()) == H5I_DATASET ? hdf5::extents(object.get()) : std::vector<Index>{};
}

Scalar CollectiveFile::scalar_of(const std::string& dataset) const {
  const std::string what = about(dataset, "cannot be read");
  const Handle object = open(dataset, what);
  if (const auto scalar = hdf5::scalar_of_dataset(object.get(), what)) return *scalar;
  fail(dataset, "is of a type that this program does not write");
}

Handle CollectiveFile::create_dataset(const std::string& name, const Slab& slab, const Scalar& scalar) {
  const std::string what = about(name, "cannot be written");
  const Handle space = hdf5::data_space(slab.extents, what);
  Handle dataset = hdf5::own(H5Dcreate2(file_.get(), name.c_str(), scalar.file, space.get(),
                                        properties_->create_parents.get(), properties_->never_fill.get(), H5P_DEFAULT),
                             H5Dclose, what);
  const haddr_t offset = H5Dget_offset(dataset.get());
  if (offset != HADDR_UNDEF) data_places_.push_back({static_cast<Index>(offset), slab.dataset_bytes(scalar.bytes)});
  return dataset;
}

Handle CollectiveFile::open_dataset(const std::string& name, const Slab& slab, const Scalar& scalar) const {
  const std::string what = about(name, "cannot be read");
  if (!contains(name)) fail(name, "is missing");
  Handle dataset = hdf5::own(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose, what);
  const std::vector<Index> found = hdf5::extents(dataset.get());
  if (found != slab.extents)
    fail(name, fmt::format("has shape {}, expected {}", hdf5::to_text(found), hdf5::to_text(slab.extents)));
  const Handle type = hdf5::own(H5Dget_type(dataset.get()), H5Tclose, what);
  if (H5Tequal(type.get(), scalar.file) <= 0) fail(name, fmt::format("is not of type {}", scalar.name));
  // Room for the rows is made before they are read, and a damaged file can claim any number of them.
  const auto bytes = static_cast<hsize_t>(slab.dataset_bytes(scalar.bytes));
  const hsize_t stored = H5Dget_storage_size(dataset.get());
  if (stored < bytes) fail(name, fmt::format("is not whole: {} of its {} bytes are stored", stored, bytes));
  return dataset;
}

Handle CollectiveFile::dataset(const std::string& name, const Slab& slab, const Scalar& scalar) {
  Handle result;
  if (saving())
    agree(*comm_, [&] {
      if (comm_->is_root()) disk_.take(slab.dataset_bytes(scalar.bytes) + structure_bytes_each);
    });
  agree(*comm_, [&] { result = saving() ? create_dataset(name, slab, scalar) : open_dataset(name, slab, scalar); });
  return result;
}

void CollectiveFile::move_slice(const Handle& dataset, const Slab& slab, const Scalar& scalar, Slice slice,
                                std::byte* rows) const {
  std::vector<Index> extents = slab.extents;
  extents[0] = slice.count;
  const Handle memory = hdf5::data_space(extents, "data space");
  const Handle space = hdf5::own(H5Dget_space(dataset.get()), H5Sclose, "data space");
  hdf5::select_rows(space, memory, slab.first + slice.first, extents);
  const hid_t collective = properties_->collective.get();
  hdf5::check(saving() ? H5Dwrite(dataset.get(), scalar.memory, memory.get(), space.get(), collective, rows)
                       : H5Dread(dataset.get(), scalar.memory, memory.get(), space.get(), collective, rows),
              "transfer");
}

void CollectiveFile::move(const std::string& name, const Slab& slab, const Scalar& scalar, const SliceWork& work) {
  const Handle set = dataset(name, slab, scalar);
  const Slices slices(slab, scalar.bytes);
  std::vector<std::byte> buffer;
  agree(*comm_, [&] { buffer.resize(as_size(slices.buffer_bytes())); });
  std::string failure;
  for (Index k = 0; k < slices.count(); ++k) {
    if (saving()) work(slices[k], buffer.data());
    // A rank whose transfer fails goes on to the end with the others, since they wait for it.
    try {
      move_slice(set, slab, scalar, slices[k], buffer.data());
    } catch (const RunError& error) {
      failure = error.what();
    }
    if (!saving()) work(slices[k], buffer.data());
  }
  agree(*comm_, [&] {
    if (!failure.empty()) fail(name, fmt::format("cannot be {}: {}", saving() ? "written" : "read", failure));
  });
}

void CollectiveFile::close() {
  agree(*comm_, [&] { hdf5::check(file_.close() ? 0 : -1, about("the file", "cannot be closed")); });
  if (!saving()) return;
  agree(*comm_, [&] {
    if (comm_->is_root()) seal::write(path_, data_places_);
  });
  // Each rank syncs, since what it wrote may still be in the memory of its own node.
  agree(*comm_, [&] { sync_file(path_); });
}

}  // namespace fullforce

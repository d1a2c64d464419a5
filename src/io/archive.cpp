#include "fullforce/io/archive.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "block_checksums.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce {
namespace {

using hdf5::Handle;
using hdf5::Scalar;

constexpr Index slice_bytes = Index{16} << 20;
constexpr const char* checksums_group = "/checksums";
constexpr const char* attributes_checksum = "attributes";

/// Group and name, in the order in which the checksum visits them.
using Attributes = std::map<std::pair<std::string, std::string>, hdf5::Value>;

std::string absolute(const std::string& path) { return path.starts_with('/') ? path : "/" + path; }

/// A dataset and the run of its rows that this rank moves. All ranks agree on everything but `first` and `count`.
struct Slab {
  std::vector<Index> extents;
  Index cols = 0;     ///< scalars in a row
  Index first = 0;    ///< this rank's first row
  Index count = 0;    ///< and how many
  Index largest = 0;  ///< the largest `count` of any rank: it decides how often all must call
};

// A single row may be larger than a slice; rows are not cut.
Index slice_rows(const Slab& slab, const Scalar& scalar) {
  return slab.cols == 0 ? 1 : std::max<Index>(1, slice_bytes / (slab.cols * scalar.bytes));
}

Index slice_count(const Slab& slab, Index rows) { return slab.cols == 0 ? 0 : (slab.largest + rows - 1) / rows; }

Index largest_row_count(const RowPartition& partition) {
  Index largest = 0;
  for (int r = 0; r < partition.ranks(); ++r) largest = std::max(largest, partition.row_count(Rank{r}));
  return largest;
}

/// The blocks of a slab that this rank writes or verifies: of `total` blocks, those from `first` on.
struct Blocks {
  Index rows = 1;
  Index first = 0;
  Index count = 0;
  Index largest = 0;
  Index total = 0;
};

/// The rows of rank `me`, each of them counted as so many.
struct RowsPlace {
  RowsPlace(const RowPartition& partition, Rank me, Index times)
      : rows(partition.rows() * times),
        first(partition.first_row(me) * times),
        count(partition.row_count(me) * times),
        largest(largest_row_count(partition) * times),
        blocks{partition.block_size() * times, partition.first_block(me), partition.block_count(me),
               (largest_row_count(partition) + partition.block_size() - 1) / partition.block_size(), partition.blocks()} {}

  Index rows, first, count, largest;
  Blocks blocks;
};

template <class T>
void append_bytes(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_text(std::string& bytes, const std::string& text) {
  append_bytes(bytes, static_cast<std::uint64_t>(text.size()));
  bytes += text;
}

std::uint64_t checksum_of(const Attributes& attributes) {
  std::string bytes;
  for (const auto& [key, value] : attributes) {
    append_text(bytes, key.first);
    append_text(bytes, key.second);
    append_bytes(bytes, static_cast<std::uint64_t>(value.index()));
    if (const auto* text = std::get_if<std::string>(&value)) append_text(bytes, *text);
    if (const auto* real = std::get_if<double>(&value)) append_bytes(bytes, *real);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) append_bytes(bytes, *integer);
  }
  return XXH3_64bits(bytes.data(), bytes.size());
}

Handle access_by_all(const Communicator& comm) {
  Handle access = hdf5::own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  hdf5::check(H5Pset_fapl_mpio(access.get(), comm.handle(), MPI_INFO_NULL), "file access");
  // One rank touches the disk for what all need to know; otherwise a thousand ranks would read the same headers.
  hdf5::check(H5Pset_all_coll_metadata_ops(access.get(), true), "file access");
  hdf5::check(H5Pset_coll_metadata_write(access.get(), true), "file access");
  // From 1.8 on headers carry checksums of their own.
  hdf5::check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST), "file access");
  return access;
}

void expect_creatable(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) throw RunError(fmt::format("{} cannot be created: {}", path.string(), std::strerror(errno)));
  ::close(descriptor);
}

void expect_openable(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw RunError(fmt::format("{} cannot be opened: {}", path.string(), std::strerror(errno)));
  ::close(descriptor);
  if (!std::filesystem::is_regular_file(path) || H5Fis_hdf5(path.c_str()) <= 0)
    throw RunError(fmt::format("{} is not an HDF5 file, or its beginning is damaged", path.string()));
}

}  // namespace

struct Archive::Implementation {
  Implementation(const Communicator& communicator, std::filesystem::path name, Mode how)
      : comm(&communicator), path(std::move(name)), mode(how) {}

  const Communicator* comm;
  std::filesystem::path path;
  Mode mode;
  Handle file;
  Attributes attributes;  ///< saving: written so far; loading: all of the file's
  Handle collective, create_parents, never_fill;

  bool saving() const { return mode == Mode::save; }

  std::string about(const std::string& object, const std::string& what) const {
    return fmt::format("{}: {} {}", path.string(), object, what);
  }
  [[noreturn]] void fail(const std::string& object, const std::string& what) const {
    throw RunError(about(object, what));
  }

  void make_property_lists() {
    collective = hdf5::own(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "transfer properties");
    hdf5::check(H5Pset_dxpl_mpio(collective.get(), H5FD_MPIO_COLLECTIVE), "transfer properties");
    create_parents = hdf5::own(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "link properties");
    hdf5::check(H5Pset_create_intermediate_group(create_parents.get(), 1), "link properties");
    never_fill = hdf5::own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "dataset properties");
    hdf5::check(H5Pset_fill_time(never_fill.get(), H5D_FILL_TIME_NEVER), "dataset properties");
  }

  void create_file() {
    agree(*comm, [&] {
      hdf5::silence();
      if (comm->is_root()) expect_creatable(path);
    });
    agree(*comm, [&] {
      make_property_lists();
      const Handle access = access_by_all(*comm);
      file = hdf5::own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose,
                       fmt::format("{} cannot be created", path.string()));
    });
  }

  void open_file() {
    agree(*comm, [&] {
      hdf5::silence();
      if (comm->is_root()) expect_openable(path);
    });
    agree(*comm, [&] {
      make_property_lists();
      const Handle access = access_by_all(*comm);
      file = hdf5::own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose,
                       fmt::format("{} cannot be opened: it is damaged or cut off", path.string()));
    });
    agree(*comm, [&] { load_attributes(); });
  }

  void load_attributes() {
    if (!contains(checksums_group)) fail("the file", "has no checksums: it was not written to its end");
    collect_attributes("/", 0);
    if (stored_attributes_checksum() != checksum_of(attributes))
      fail("the attributes", "do not match their checksum: the file is damaged; use another one");
  }

  std::uint64_t stored_attributes_checksum() const {
    const std::string what = about(checksums_group, "cannot be read");
    const Handle attribute = hdf5::own(
        H5Aopen_by_name(file.get(), checksums_group, attributes_checksum, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
    const Handle space = hdf5::own(H5Aget_space(attribute.get()), H5Sclose, what);
    if (H5Sget_simple_extent_npoints(space.get()) != 1) fail(checksums_group, "is damaged");
    std::uint64_t value = 0;
    hdf5::check(H5Aread(attribute.get(), H5T_NATIVE_UINT64, &value), what);
    return value;
  }

  void collect_attributes(const std::string& group, int depth) {
    if (depth > 16) fail(group, "is nested too deeply: the file is damaged");
    const std::string what = about(group, "cannot be read");
    const Handle object = hdf5::own(H5Oopen(file.get(), group.c_str(), H5P_DEFAULT), H5Oclose, what);
    if (H5Iget_type(object.get()) != H5I_GROUP) return;
    for (const std::string& name : hdf5::attribute_names(object.get()))
      attributes.emplace(std::pair(group, name), read_attribute(object.get(), group, name));
    for (const std::string& name : hdf5::member_names(object.get())) {
      const std::string member = (group == "/" ? "" : group) + "/" + name;
      if (member != checksums_group) collect_attributes(member, depth + 1);
    }
  }

  hdf5::Value read_attribute(hid_t object, const std::string& group, const std::string& name) const {
    try {
      return hdf5::read_attribute(object, name);
    } catch (const RunError& error) {
      fail(group, error.what());
    }
  }

  /// HDF5 answers with an error, not with no, where a parent is missing; so the path is walked.
  bool contains(const std::string& object) const {
    for (std::size_t end = 0; end != std::string::npos && object != "/";) {
      end = object.find('/', end + 1);
      if (H5Lexists(file.get(), object.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    }
    return true;
  }

  std::vector<Index> shape(const std::string& dataset) const {
    if (!contains(dataset)) return {};
    const Handle object =
        hdf5::own(H5Oopen(file.get(), dataset.c_str(), H5P_DEFAULT), H5Oclose, about(dataset, "cannot be read"));
    return H5Iget_type(object.get()) == H5I_DATASET ? hdf5::extents(object.get()) : std::vector<Index>{};
  }

  Handle open_group(const std::string& group) {
    const std::string what = about(group, "cannot be written");
    if (contains(group)) return hdf5::own(H5Gopen2(file.get(), group.c_str(), H5P_DEFAULT), H5Gclose, what);
    return hdf5::own(H5Gcreate2(file.get(), group.c_str(), create_parents.get(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                     what);
  }

  Handle create_dataset(const std::string& name, const Slab& slab, const Scalar& scalar) {
    const std::string what = about(name, "cannot be written");
    const std::vector<hsize_t> dims(slab.extents.begin(), slab.extents.end());
    const Handle space =
        hdf5::own(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, what);
    return hdf5::own(H5Dcreate2(file.get(), name.c_str(), scalar.file, space.get(), create_parents.get(),
                                never_fill.get(), H5P_DEFAULT),
                     H5Dclose, what);
  }

  Handle open_dataset(const std::string& name, const Slab& slab, const Scalar& scalar) {
    if (!contains(name)) fail(name, "is missing");
    Handle dataset =
        hdf5::own(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose, about(name, "cannot be read"));
    const std::vector<Index> found = hdf5::extents(dataset.get());
    if (found != slab.extents)
      fail(name, fmt::format("has shape {}, expected {}", hdf5::to_text(found), hdf5::to_text(slab.extents)));
    const Handle type = hdf5::own(H5Dget_type(dataset.get()), H5Tclose, about(name, "cannot be read"));
    if (H5Tequal(type.get(), scalar.file) <= 0) fail(name, fmt::format("is not of type {}", scalar.name));
    return dataset;
  }

  Handle dataset(const std::string& name, const Slab& slab, const Scalar& scalar) {
    Handle result;
    agree(*comm, [&] { result = saving() ? create_dataset(name, slab, scalar) : open_dataset(name, slab, scalar); });
    return result;
  }

  void move_slice(const Handle& dataset, const Slab& slab, const Scalar& scalar, Index first, Index count,
                  std::byte* buffer) {
    const std::vector<hsize_t> start{static_cast<hsize_t>(first), 0};
    std::vector<hsize_t> size(slab.extents.begin(), slab.extents.end());
    size[0] = static_cast<hsize_t>(count);
    const Handle memory =
        hdf5::own(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), H5Sclose, "data space");
    const Handle space = hdf5::own(H5Dget_space(dataset.get()), H5Sclose, "data space");
    if (count == 0) {
      hdf5::check(H5Sselect_none(memory.get()), "data space");
      hdf5::check(H5Sselect_none(space.get()), "data space");
    } else {
      hdf5::check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr),
                  "data space");
    }
    hdf5::check(saving() ? H5Dwrite(dataset.get(), scalar.memory, memory.get(), space.get(), collective.get(), buffer)
                         : H5Dread(dataset.get(), scalar.memory, memory.get(), space.get(), collective.get(), buffer),
                "transfer");
  }

  /// Moves a slab slice by slice through one contiguous buffer. `fill(first, count, buffer)` is called before a slice
  /// is written, `drain` after one is read; `first` counts from the rank's own first row. A rank whose transfer fails
  /// goes on to the end with the others, since they wait for it.
  template <class Fill, class Drain>
  void transfer(const std::string& name, const Slab& slab, const Scalar& scalar, const Fill& fill, const Drain& drain) {
    const Handle set = dataset(name, slab, scalar);
    const Index rows = slice_rows(slab, scalar);
    const Index slices = slice_count(slab, rows);
    std::vector<std::byte> buffer;
    agree(*comm, [&] {
      buffer.resize(
          static_cast<std::size_t>(std::max<Index>(1, std::min(rows, slab.count)) * slab.cols * scalar.bytes + 1));
    });
    std::string failure;
    for (Index s = 0; s < slices; ++s) {
      const Index first = std::min(slab.count, s * rows);
      const Index count = std::min(rows, slab.count - first);
      if (saving()) fill(first, count, buffer.data());
      try {
        move_slice(set, slab, scalar, slab.first + first, count, buffer.data());
      } catch (const RunError& error) {
        failure = error.what();
      }
      if (!saving()) drain(first, count, buffer.data());
    }
    agree(*comm, [&] {
      if (!failure.empty()) fail(name, fmt::format("cannot be {}: {}", saving() ? "written" : "read", failure));
    });
  }

  std::vector<std::uint64_t> transfer_checksums(const std::string& name, const Blocks& blocks,
                                                std::vector<std::uint64_t> sums) {
    const Slab slab{{blocks.total}, 1, blocks.first, blocks.count, blocks.largest};
    sums.resize(static_cast<std::size_t>(blocks.count));
    const auto bytes = [](Index count) { return static_cast<std::size_t>(count) * sizeof(std::uint64_t); };
    transfer(
        checksums_group + name, slab, hdf5::scalar_of<std::uint64_t>(),
        [&](Index first, Index count, std::byte* buffer) { std::memcpy(buffer, sums.data() + first, bytes(count)); },
        [&](Index first, Index count, const std::byte* buffer) {
          std::memcpy(sums.data() + first, buffer, bytes(count));
        });
    return sums;
  }

  void verify(const std::string& name, const Blocks& blocks, const std::vector<std::uint64_t>& found,
              const std::vector<std::uint64_t>& stored) const {
    for (std::size_t k = 0; k < found.size(); ++k) {
      const Index first = (blocks.first + static_cast<Index>(k)) * blocks.rows;
      if (found[k] != stored[k])
        fail(name,
             fmt::format("does not match its checksum in the {} rows from {} on: the file is damaged; use another one",
                         blocks.rows, first));
    }
  }

  /// Saves or loads `slab`, whose rows lie `stride` scalars apart from `data` on, with its checksums.
  template <class T>
  void move(const std::string& name, const Slab& slab, const Blocks& blocks, T* data, Index stride) {
    const Scalar scalar = hdf5::scalar_of<T>();
    const Index row_bytes = slab.cols * scalar.bytes;
    BlockChecksums checksums(blocks.rows, row_bytes);
    const auto fill = [&](Index first, Index count, std::byte* buffer) {
      for (Index i = 0; i < count; ++i)
        std::memcpy(buffer + i * row_bytes, data + (first + i) * stride, static_cast<std::size_t>(row_bytes));
      checksums.add(buffer, count);
    };
    const auto drain = [&](Index first, Index count, const std::byte* buffer) {
      checksums.add(buffer, count);
      for (Index i = 0; i < count; ++i)
        std::memcpy(data + (first + i) * stride, buffer + i * row_bytes, static_cast<std::size_t>(row_bytes));
    };
    transfer(name, slab, scalar, fill, drain);
    const std::vector<std::uint64_t> found = checksums.finish(blocks.count);
    const std::vector<std::uint64_t> stored = transfer_checksums(name, blocks, found);
    // When saving, both come from here.
    if (!saving()) agree(*comm, [&] { verify(name, blocks, found, stored); });
  }

  void broadcast(std::string& text) const {
    comm->broadcast(text);
    text.resize(std::min(text.find('\0'), text.size()));  // HDF5's strings end at a zero byte
  }
  template <class T>
  void broadcast(T& number) const {
    comm->broadcast(std::span<T>(&number, 1));
  }

  /// All ranks must write the same bytes into a shared header, so the first rank's value counts.
  template <class T>
  void save_attribute(const std::string& group, const std::string& name, T value) {
    broadcast(value);
    agree(*comm, [&] {
      const Handle object = open_group(group);
      hdf5::write_attribute(object.get(), name, value);
    });
    attributes.insert_or_assign(std::pair(group, name), hdf5::Value(std::move(value)));
  }

  /// Needs no agreement: all ranks looked at the same attributes when the file was opened.
  template <class T>
  void load_attribute(const std::string& group, const std::string& name, T& value) const {
    const auto found = attributes.find(std::pair(group, name));
    if (found == attributes.end()) fail(group, fmt::format("has no attribute {}", name));
    const T* typed = std::get_if<T>(&found->second);
    if (!typed) fail(group, fmt::format("has an attribute {} of an unexpected type", name));
    value = *typed;
  }

  void write_attributes_checksum() {
    const std::string what = about(checksums_group, "cannot be written");
    const Handle group = open_group(checksums_group);
    const Handle space = hdf5::own(H5Screate(H5S_SCALAR), H5Sclose, what);
    const Handle attribute =
        hdf5::own(H5Acreate2(group.get(), attributes_checksum, H5T_STD_U64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                  H5Aclose, what);
    const std::uint64_t value = checksum_of(attributes);
    hdf5::check(H5Awrite(attribute.get(), H5T_NATIVE_UINT64, &value), what);
  }
};

Archive::Archive(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Archive Archive::create(const Communicator& comm, const std::filesystem::path& path) {
  auto implementation = std::make_unique<Implementation>(comm, path, Mode::save);
  implementation->create_file();
  return Archive(std::move(implementation));
}

Archive Archive::open(const Communicator& comm, const std::filesystem::path& path) {
  auto implementation = std::make_unique<Implementation>(comm, path, Mode::load);
  implementation->open_file();
  return Archive(std::move(implementation));
}

bool Archive::saving() const { return implementation_->saving(); }

template <class T>
void Archive::rows(const std::string& dataset, const RowPartition& partition, RowsView<T> mine) {
  FULLFORCE_EXPECT(partition.ranks() == implementation_->comm->size() && mine.stride >= mine.cols);
  const RowsPlace place(partition, implementation_->comm->rank(), 1);
  const Slab slab{{place.rows, mine.cols}, mine.cols, place.first, place.count, place.largest};
  implementation_->move(absolute(dataset), slab, place.blocks, mine.data, mine.stride);
}

template <class T>
void Archive::joined_rows(const std::string& dataset, const RowPartition& partition, RowsView<T> mine) {
  FULLFORCE_EXPECT(partition.ranks() == implementation_->comm->size() && mine.stride == mine.cols);
  const RowsPlace place(partition, implementation_->comm->rank(), mine.cols);
  const Slab slab{{place.rows}, 1, place.first, place.count, place.largest};
  implementation_->move(absolute(dataset), slab, place.blocks, mine.data, 1);
}

template <class T>
void Archive::replicated(const std::string& dataset, std::span<T> values, Index cols) {
  const bool takes_part = loading() || implementation_->comm->is_root();
  const Index width = std::max<Index>(1, cols);
  const Index count = static_cast<Index>(values.size()) / width;
  Slab slab{{count}, width, 0, takes_part ? count : 0, count};
  if (cols > 0) slab.extents.push_back(cols);
  const Blocks blocks{std::max<Index>(1, count), 0, takes_part ? 1 : 0, 1, 1};
  implementation_->move(absolute(dataset), slab, blocks, values.data(), width);
}

template <class T>
void Archive::attribute(const std::string& group, const std::string& name, T& value) {
  if (saving()) return implementation_->save_attribute(absolute(group), name, value);
  implementation_->load_attribute(absolute(group), name, value);
}

bool Archive::contains(const std::string& path) const { return implementation_->contains(absolute(path)); }

std::vector<Index> Archive::shape(const std::string& dataset) const {
  std::vector<Index> result;
  agree(*implementation_->comm, [&] { result = implementation_->shape(absolute(dataset)); });
  return result;
}

void Archive::close() {
  Implementation& archive = *implementation_;
  agree(*archive.comm, [&] {
    if (archive.saving()) {
      archive.write_attributes_checksum();
      hdf5::check(H5Fflush(archive.file.get(), H5F_SCOPE_GLOBAL), archive.about("the file", "cannot be written"));
    }
    hdf5::check(archive.file.close() ? 0 : -1, archive.about("the file", "cannot be closed"));
  });
}

template void Archive::rows(const std::string&, const RowPartition&, RowsView<float>);
template void Archive::rows(const std::string&, const RowPartition&, RowsView<double>);
template void Archive::joined_rows(const std::string&, const RowPartition&, RowsView<float>);
template void Archive::joined_rows(const std::string&, const RowPartition&, RowsView<double>);
template void Archive::joined_rows(const std::string&, const RowPartition&, RowsView<std::int32_t>);
template void Archive::replicated(const std::string&, std::span<float>, Index);
template void Archive::replicated(const std::string&, std::span<double>, Index);
template void Archive::replicated(const std::string&, std::span<std::int64_t>, Index);
template void Archive::attribute(const std::string&, const std::string&, std::int64_t&);
template void Archive::attribute(const std::string&, const std::string&, double&);
template void Archive::attribute(const std::string&, const std::string&, std::string&);

}  // namespace fullforce

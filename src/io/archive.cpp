#include "fullforce/io/archive.hpp"

#include <cerrno>
#include <cstring>
#include <map>
#include <optional>

#include "block_checksums.hpp"
#include "disk_space.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_descriptor.hpp"
#include "fullforce/io/hdf5.hpp"
#include "seal.hpp"

namespace fullforce {
namespace {

using hdf5::Handle;
using hdf5::Scalar;

constexpr Index slice_bytes = Index{16} << 20;
constexpr const char* checksums_group = "/checksums";
constexpr const char* block_rows_name = "block_rows";
// HDF5 puts its structure into pieces of this size; all of it mostly fits into the first one.
constexpr Index structure_bytes = Index{64} << 10;
/// Taken before anything else, so that HDF5 can close the file whatever comes.
constexpr Index room_to_close = seal::bytes + 2 * structure_bytes;
// What a dataset may add to it.
constexpr Index structure_bytes_each = 4096;

/// By group and name.
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
               (largest_row_count(partition) + partition.block_size() - 1) / partition.block_size(),
               partition.blocks()} {}

  Index rows, first, count, largest;
  Blocks blocks;
};

Handle access_by_all(const Communicator& comm) {
  Handle access = hdf5::own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  hdf5::check(H5Pset_fapl_mpio(access.get(), comm.handle(), MPI_INFO_NULL), "file access");
  // One rank touches the disk for what all need to know; otherwise a thousand ranks would read the same headers.
  hdf5::check(H5Pset_all_coll_metadata_ops(access.get(), true), "file access");
  hdf5::check(H5Pset_coll_metadata_write(access.get(), true), "file access");
  // From 1.8 on headers carry checksums of their own.
  hdf5::check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST), "file access");
  hdf5::check(H5Pset_meta_block_size(access.get(), structure_bytes), "file access");
  return access;
}

void expect_creatable(const std::filesystem::path& path) {
  const FileDescriptor file(path, O_WRONLY | O_CREAT);
  if (!file.is_open()) throw RunError(fmt::format("{} cannot be created: {}", path.string(), std::strerror(errno)));
}

void expect_openable(const std::filesystem::path& path) {
  // To open a pipe would be to wait for its writer.
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    throw RunError(fmt::format("{} is not a file", path.string()));
  const FileDescriptor file(path, O_RDONLY);
  if (!file.is_open()) throw RunError(fmt::format("{} cannot be opened: {}", path.string(), std::strerror(errno)));
  seal::check(path);
}

}  // namespace

struct Archive::Implementation {
  Implementation(const Communicator& communicator, std::filesystem::path name, Mode how)
      : comm(&communicator), path(std::move(name)), mode(how), disk(path) {}

  const Communicator* comm;
  std::filesystem::path path;
  Mode mode;
  DiskSpace disk;                     ///< saving, the first rank
  std::vector<seal::Extent> extents;  ///< saving: where the datasets are
  Handle file;
  Attributes attributes;  ///< loading: all of the file's
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
    // Each rank moves one run of bytes: nothing is gained by collecting them on other ranks, which would wait for ever
    // for one whose write fails.
    hdf5::check(H5Pset_dxpl_mpio_collective_opt(collective.get(), H5FD_MPIO_INDIVIDUAL_IO), "transfer properties");
    create_parents = hdf5::own(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "link properties");
    hdf5::check(H5Pset_create_intermediate_group(create_parents.get(), 1), "link properties");
    never_fill = hdf5::own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "dataset properties");
    hdf5::check(H5Pset_fill_time(never_fill.get(), H5D_FILL_TIME_NEVER), "dataset properties");
  }

  void create_file() {
    agree(*comm, [&] {
      hdf5::silence();
      if (!comm->is_root()) return;
      expect_creatable(path);
      DiskSpace(path).take(room_to_close);  // on a disk without any room HDF5 could not even close the file again
    });
    agree(*comm, [&] {
      make_property_lists();
      const Handle access = access_by_all(*comm);
      const Handle creation = hdf5::own(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "file creation");
      hdf5::check(H5Pset_userblock(creation.get(), seal::bytes), "file creation");
      file = hdf5::own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose,
                       fmt::format("{} cannot be created", path.string()));
    });
    // Even where a dataset finds no room later on, HDF5 must be able to close the file.
    agree(*comm, [&] {
      if (comm->is_root()) disk.take(room_to_close);
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
    agree(*comm, [&] { collect_attributes("/", 0); });
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

  static Index bytes_of(const Slab& slab, const Scalar& scalar) { return slab.extents[0] * slab.cols * scalar.bytes; }

  Handle create_dataset(const std::string& name, const Slab& slab, const Scalar& scalar) {
    const std::string what = about(name, "cannot be written");
    const std::vector<hsize_t> dims(slab.extents.begin(), slab.extents.end());
    const Handle space =
        hdf5::own(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, what);
    Handle dataset = hdf5::own(H5Dcreate2(file.get(), name.c_str(), scalar.file, space.get(), create_parents.get(),
                                          never_fill.get(), H5P_DEFAULT),
                               H5Dclose, what);
    const haddr_t offset = H5Dget_offset(dataset.get());
    if (offset != HADDR_UNDEF) extents.push_back({static_cast<Index>(offset), bytes_of(slab, scalar)});
    return dataset;
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
    if (saving())
      agree(*comm, [&] {
        if (comm->is_root()) disk.take(bytes_of(slab, scalar) + structure_bytes_each);
      });
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
      buffer.resize(as_size(std::max<Index>(1, std::min(rows, slab.count)) * slab.cols * scalar.bytes + 1));
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
    sums.resize(as_size(blocks.count));
    const auto bytes = [](Index count) { return as_size(count) * sizeof(std::uint64_t); };
    transfer(
        checksums_group + name, slab, hdf5::scalar_of<std::uint64_t>(),
        [&](Index first, Index count, std::byte* buffer) {
          if (count > 0) std::memcpy(buffer, sums.data() + first, bytes(count));
        },
        [&](Index first, Index count, const std::byte* buffer) {
          if (count > 0) std::memcpy(sums.data() + first, buffer, bytes(count));
        });
    return sums;
  }

  void compare(const std::string& name, const Blocks& blocks, const std::vector<std::uint64_t>& found,
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
        std::memcpy(buffer + i * row_bytes, data + (first + i) * stride, as_size(row_bytes));
      checksums.add(buffer, count);
    };
    const auto drain = [&](Index first, Index count, const std::byte* buffer) {
      checksums.add(buffer, count);
      for (Index i = 0; i < count; ++i)
        std::memcpy(data + (first + i) * stride, buffer + i * row_bytes, as_size(row_bytes));
    };
    transfer(name, slab, scalar, fill, drain);
    const std::vector<std::uint64_t> found = checksums.finish(blocks.count);
    if (!saving()) return compare_with_stored(name, blocks, found);
    transfer_checksums(name, blocks, found);
    write_block_rows(name, blocks.rows);
  }

  void compare_with_stored(const std::string& name, const Blocks& blocks, const std::vector<std::uint64_t>& found) {
    const std::vector<std::uint64_t> stored =
        transfer_checksums(name, blocks, std::vector<std::uint64_t>(found.size()));
    agree(*comm, [&] { compare(name, blocks, found, stored); });
  }

  /// The datasets below a group, checksums apart; the same list on every rank.
  void collect_datasets(const std::string& group, std::vector<std::string>& found) const {
    const std::string what = about(group, "cannot be read");
    const Handle object = hdf5::own(H5Oopen(file.get(), group.c_str(), H5P_DEFAULT), H5Oclose, what);
    if (H5Iget_type(object.get()) == H5I_DATASET) found.push_back(group);
    if (H5Iget_type(object.get()) != H5I_GROUP) return;
    for (const std::string& name : hdf5::member_names(object.get())) {
      const std::string member = (group == "/" ? "" : group) + "/" + name;
      if (member != checksums_group) collect_datasets(member, found);
    }
  }

  Scalar stored_scalar(const std::string& name) const {
    const std::string what = about(name, "cannot be read");
    const Handle dataset = hdf5::own(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose, what);
    const Handle type = hdf5::own(H5Dget_type(dataset.get()), H5Tclose, what);
    for (const Scalar& scalar : {hdf5::scalar_of<double>(), hdf5::scalar_of<float>(), hdf5::scalar_of<std::int64_t>(),
                                 hdf5::scalar_of<std::int32_t>()})
      if (H5Tequal(type.get(), scalar.file) > 0) return scalar;
    fail(name, "is of a type that this program does not write");
  }

  /// How many rows a checksum covers is written beside it: not all datasets are cut like the neurons.
  void write_block_rows(const std::string& name, Index rows) {
    agree(*comm, [&] {
      const Handle sums = hdf5::own(H5Dopen2(file.get(), (checksums_group + name).c_str(), H5P_DEFAULT), H5Dclose,
                                    about(name, "cannot be written"));
      hdf5::write_attribute(sums.get(), block_rows_name, rows);
    });
  }

  Index read_block_rows(const std::string& name) const {
    const Handle sums = hdf5::own(H5Dopen2(file.get(), (checksums_group + name).c_str(), H5P_DEFAULT), H5Dclose,
                                  about(name, "cannot be read"));
    const hdf5::Value value = read_attribute(sums.get(), checksums_group + name, block_rows_name);
    const auto* rows = std::get_if<std::int64_t>(&value);
    return rows ? *rows : 0;
  }

  /// The blocks of a dataset that one rank looks through.
  Blocks share_of(const std::string& name, Index rows) const {
    const std::vector<Index> sums = shape(checksums_group + name);
    if (sums.size() != 1 || sums[0] < 1) fail(name, "has no checksums");
    const Index block = read_block_rows(name);
    if (block < 1 || sums[0] != std::max<Index>(1, (rows + block - 1) / block))
      fail(name, "has checksums that do not fit its shape");
    const Index ranks = comm->size();
    const Index me = static_cast<Index>(comm->rank());
    const Index first = sums[0] * me / ranks;
    return {block, first, sums[0] * (me + 1) / ranks - first, (sums[0] + ranks - 1) / ranks, sums[0]};
  }

  void verify_dataset(const std::string& name) {
    Slab slab;
    Blocks blocks;
    std::optional<Scalar> scalar;
    agree(*comm, [&] {
      slab.extents = shape(name);
      if (slab.extents.empty()) fail(name, "has no shape");
      scalar = stored_scalar(name);
      blocks = share_of(name, slab.extents[0]);
    });
    slab.cols = slab.extents.size() > 1 ? slab.extents[1] : 1;
    slab.first = std::min(slab.extents[0], blocks.first * blocks.rows);
    slab.count = std::min(slab.extents[0], (blocks.first + blocks.count) * blocks.rows) - slab.first;
    slab.largest = blocks.largest * blocks.rows;
    BlockChecksums checksums(blocks.rows, slab.cols * scalar->bytes);
    const auto look = [&](Index, Index count, const std::byte* buffer) { checksums.add(buffer, count); };
    transfer(
        name, slab, *scalar, [](Index, Index, std::byte*) {}, look);
    compare_with_stored(name, blocks, checksums.finish(blocks.count));
  }

  /// What every rank holds whole: one block, written by the root and read by all.
  template <class T>
  void move_whole(const std::string& name, const std::vector<Index>& shape, T* data, Index stride) {
    const bool takes_part = !saving() || comm->is_root();
    const Index rows = shape.front();
    const Slab slab{shape, shape.size() > 1 ? shape[1] : 1, 0, takes_part ? rows : 0, rows};
    const Blocks blocks{std::max<Index>(1, rows), 0, takes_part ? 1 : 0, 1, 1};
    move(name, slab, blocks, data, stride);
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
void Archive::rows(const std::string& dataset, const RowPartition& partition, MatrixView<T> mine) {
  FULLFORCE_EXPECT(partition.ranks() == implementation_->comm->size() && mine.stride >= mine.cols);
  const RowsPlace place(partition, implementation_->comm->rank(), 1);
  const Slab slab{{place.rows, mine.cols}, mine.cols, place.first, place.count, place.largest};
  implementation_->move(absolute(dataset), slab, place.blocks, mine.data, mine.stride);
}

template <class T>
void Archive::joined_rows(const std::string& dataset, const RowPartition& partition, MatrixView<T> mine) {
  FULLFORCE_EXPECT(partition.ranks() == implementation_->comm->size() && mine.stride == mine.cols);
  const RowsPlace place(partition, implementation_->comm->rank(), mine.cols);
  const Slab slab{{place.rows}, 1, place.first, place.count, place.largest};
  implementation_->move(absolute(dataset), slab, place.blocks, mine.data, 1);
}

template <class T>
void Archive::replicated(const std::string& dataset, std::span<T> values, Index cols) {
  const Index width = std::max<Index>(1, cols);
  const Index count = static_cast<Index>(values.size()) / width;
  std::vector<Index> extents{count};
  if (cols > 0) extents.push_back(cols);
  implementation_->move_whole(absolute(dataset), extents, values.data(), width);
}

template <class T>
void Archive::replicated(const std::string& dataset, MatrixView<T> matrix, Index rows) {
  implementation_->move_whole(absolute(dataset), {rows, matrix.cols}, matrix.data, matrix.stride);
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

void Archive::verify() {
  std::vector<std::string> datasets;
  agree(*implementation_->comm, [&] { implementation_->collect_datasets("/", datasets); });
  for (const std::string& name : datasets) implementation_->verify_dataset(name);
}

void Archive::close() {
  Implementation& archive = *implementation_;
  agree(*archive.comm,
        [&] { hdf5::check(archive.file.close() ? 0 : -1, archive.about("the file", "cannot be closed")); });
  if (!archive.saving()) return;
  agree(*archive.comm, [&] {
    if (archive.comm->is_root()) seal::write(archive.path, archive.extents);
  });
  // What a rank wrote may be in the memory of its own node.
  agree(*archive.comm, [&] { sync_file(archive.path); });
}

template void Archive::rows(const std::string&, const RowPartition&, MatrixView<float>);
template void Archive::rows(const std::string&, const RowPartition&, MatrixView<double>);
template void Archive::joined_rows(const std::string&, const RowPartition&, MatrixView<float>);
template void Archive::joined_rows(const std::string&, const RowPartition&, MatrixView<double>);
template void Archive::joined_rows(const std::string&, const RowPartition&, MatrixView<std::int32_t>);
template void Archive::replicated(const std::string&, std::span<float>, Index);
template void Archive::replicated(const std::string&, std::span<double>, Index);
template void Archive::replicated(const std::string&, std::span<std::int64_t>, Index);
template void Archive::replicated(const std::string&, MatrixView<float>, Index);
template void Archive::replicated(const std::string&, MatrixView<double>, Index);
template void Archive::attribute(const std::string&, const std::string&, std::int64_t&);
template void Archive::attribute(const std::string&, const std::string&, double&);
template void Archive::attribute(const std::string&, const std::string&, std::string&);

}  // namespace fullforce

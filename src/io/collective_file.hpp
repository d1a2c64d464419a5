#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "disk_space.hpp"
#include "file_opening.hpp"
#include "fullforce/io/hdf5.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "seal.hpp"
#include "slab.hpp"

namespace fullforce {

/// A sealed HDF5 file that all ranks of a communicator have open together, either for writing a new file or for
/// reading. It knows of datasets, groups and attributes, but not of checksums. Paths of objects are absolute
/// ("/network/x"). Where something fails, every rank throws the same RunError, which names the file and the object.
class CollectiveFile {
 public:
  enum class Mode { save, load };

  /// Creates or opens the file. Attributes are all read when it is opened. `comm` must outlive this object.
  /// **Collective.**
  CollectiveFile(const Communicator& comm, std::filesystem::path path, Mode mode);

  const Communicator& comm() const { return *comm_; }
  bool saving() const { return mode_ == Mode::save; }
  const std::filesystem::path& path() const { return path_; }

  /// The text "FILE: OBJECT WHAT", which is the form of all messages about this file.
  std::string about(const std::string& object, const std::string& what) const;
  [[noreturn]] void fail(const std::string& object, const std::string& what) const;

  /// Whether there is such a dataset or group, at the price of a look at each of its parents. **Collective.**
  bool contains(const std::string& object) const;

  /// The extents of a dataset. There are none if there is no such dataset. **Collective.**
  std::vector<Index> shape(const std::string& dataset) const;

  /// The type of a dataset's scalars. Throws RunError if it is none of those that Archive writes. **Collective.**
  hdf5::Scalar scalar_of(const std::string& dataset) const;

  /// The paths of all datasets but those of checksums, in the same order on every rank. **Collective.**
  std::vector<std::string> datasets() const;

  /// A dataset or group. `failure` becomes the text of the RunError where it cannot be opened. **Collective.**
  hdf5::Handle open(const std::string& object, const std::string& failure) const;

  /// An attribute of an object that is open. **Collective.**
  hdf5::Value read_attribute(const hdf5::Handle& object, const std::string& path, const std::string& name) const;

  /// Loading: the attribute of a group, from those read when the file was opened. It is nullptr if it is missing.
  const hdf5::Value* attribute(const std::string& group, const std::string& name) const;

  /// Loading: group and name of every attribute whose name ends so.
  std::vector<std::pair<std::string, std::string>> attributes_ending_in(std::string_view ending) const;

  /// Saving: it writes an attribute of a group, and makes the group if it is missing. All ranks must give the same
  /// value, since they write it to the same place. **Collective.**
  void write_attribute(const std::string& group, const std::string& name, const hdf5::Value& value);

  /// A function that is given a slice and its rows without gaps. When saving, it fills the rows before they are
  /// written. When loading, it takes them after they were read. It never throws.
  using SliceWork = std::function<void(Slice, std::byte* rows)>;

  /// Moves a rank's rows of a dataset through one buffer, slice by slice. Saving creates the dataset. Loading throws
  /// RunError if it is missing or has another shape or type. **Collective.**
  void move(const std::string& dataset, const Slab& slab, const hdf5::Scalar& scalar, const SliceWork& work);

  /// Closes the file. A new file is also sealed and brought to the disk, and it is whole only after that.
  /// **Collective.**
  void close();

 private:
  using Visit = std::function<void(const std::string& path, const hdf5::Handle& object)>;
  void visit_all(const Visit& visit) const;
  void visit_below(const std::string& path, int depth, int& visited, const Visit& visit) const;
  void read_attributes();
  hdf5::Handle open_or_make_group(const std::string& group);
  hdf5::Handle create_dataset(const std::string& name, const Slab& slab, const hdf5::Scalar& scalar);
  hdf5::Handle open_dataset(const std::string& name, const Slab& slab, const hdf5::Scalar& scalar) const;
  hdf5::Handle dataset(const std::string& name, const Slab& slab, const hdf5::Scalar& scalar);
  void move_slice(const hdf5::Handle& dataset, const Slab& slab, const hdf5::Scalar& scalar, Slice slice,
                  std::byte* rows) const;

  const Communicator* comm_;
  std::filesystem::path path_;
  Mode mode_;
  DiskSpace disk_;                         ///< saving: what the first rank has reserved
  std::vector<seal::Extent> data_places_;  ///< saving: where in the file the datasets are
  hdf5::Handle file_;
  std::optional<AccessProperties> properties_;
  std::map<std::pair<std::string, std::string>, hdf5::Value> attributes_;  ///< loading: by group and name
};

}  // namespace fullforce

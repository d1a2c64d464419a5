#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/parallel/row_partition.hpp"

namespace fullforce {

/// An HDF5 file in which a class keeps its arrays. The same member function saves and loads, so a class needs one
/// `persist` that cannot drift apart. Rows are global in the file, so any number of ranks reads what any other number
/// wrote. Every dataset has a checksum per row block (XXH3, /checksums/<path>, uint64 [blocks]), verified on loading;
/// replicated arrays count as one block. A seal in the file's user block covers everything else: structure, attributes,
/// length; it is checked with plain reads before HDF5 opens the file. Types in the file follow T. Disk space is
/// reserved before it is written. All members are **Collective.** Loading throws RunError with path and dataset when
/// the file is damaged or does not fit.
class Archive {
 public:
  enum class Mode { save, load };

  /// Creates `path` (fails if it cannot: RunError) or opens it. Every rank of `comm` takes part.
  static Archive create(const Communicator& comm, const std::filesystem::path& path);
  static Archive open(const Communicator& comm, const std::filesystem::path& path);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  bool saving() const;
  bool loading() const { return !saving(); }

  /// The rows that this rank owns of a matrix [partition.rows(), cols]. Slices of at most 16 MiB, whatever the size.
  /// T: float, double.
  template <class T>
  void rows(const std::string& dataset, const RowPartition& partition, MatrixView<T> mine);

  /// The same as one run of numbers [partition.rows() * cols], a row after another. T: float, double, std::int32_t.
  template <class T>
  void joined_rows(const std::string& dataset, const RowPartition& partition, MatrixView<T> mine);

  /// An array that every rank holds whole: [values.size()/cols, cols], row-major; cols = 0 for a one-dimensional array.
  /// Rank 0 writes; all read. T: float, double, std::int64_t.
  template <class T>
  void replicated(const std::string& dataset, std::span<T> values, Index cols = 0);

  /// The same for a matrix [rows, matrix.cols].
  template <class T>
  void replicated(const std::string& dataset, MatrixView<T> matrix, Index rows);

  /// An attribute of a group or of the root ("/"), the group being made if it is missing. T: std::int64_t, double,
  /// std::string.
  template <class T>
  void attribute(const std::string& group, const std::string& name, T& value);

  /// Whether a dataset or group exists, and a dataset's shape (empty if missing). For loading.
  bool contains(const std::string& path) const;
  std::vector<Index> shape(const std::string& dataset) const;

  /// Loading: reads every dataset, slice by slice and shared out over the ranks, against its checksums. Throws RunError
  /// that names what is damaged.
  void verify();

  /// Saving: closes, seals, and brings the bytes to the disk; the file is whole only after this. Loading: closes.
  void close();

 private:
  struct Implementation;
  explicit Archive(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace fullforce

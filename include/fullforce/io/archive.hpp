#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/parallel/row_partition.hpp"

namespace fullforce {

/// The rows [first, first + count) of a matrix with `total` rows.
struct RowRun {
  Index total = 0;
  Index first = 0;
  Index count = 0;
};

/// An HDF5 file in which classes keep their arrays: a network file or a checkpoint. An archive either saves (create)
/// or loads (open), and the same member functions do both: saving, they write their argument; loading, they fill it. So
/// a class needs only one function `persist(Archive&)`, and its saving and loading cannot drift apart. The names of all
/// datasets, groups and attributes are in file_format.hpp.
///
/// Rows are numbered over all ranks in the file, so any number of ranks reads what any other number wrote. The types in
/// the file are those of the arguments. Integrity: each dataset has a checksum for each block of its rows (XXH3, under
/// /checksums), which is verified whenever the dataset is loaded; the other bytes (structure, attributes, length of the
/// file) are covered by a seal in front of the HDF5 data, which is checked before HDF5 opens the file. Disk space is
/// reserved before it is written.
///
/// Every function that takes part in moving data is **Collective.**: every rank must call it, in the same order. Where
/// one fails, every rank throws the same error, which names the file and the dataset. It is a DamageError if bytes are
/// not those that were written, an InputError if the user can mend why the file cannot be read, and otherwise a
/// RunError: the file cannot be written, lacks what is asked for, or holds it in another shape or type.
class Archive {
 public:
  /// Creates the file `path`, or empties it where it exists. `comm` must outlive the archive. **Collective.**
  static Archive create(const Communicator& comm, const std::filesystem::path& path);

  /// Opens the file `path` for loading. `comm` must outlive the archive. **Collective.**
  static Archive open(const Communicator& comm, const std::filesystem::path& path);

  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  bool saving() const;
  bool loading() const { return !saving(); }

  /// A matrix [partition.rows(), mine.cols] that is distributed over the ranks; `mine` are the rows that this rank
  /// owns. The extra memory is at most 16 MiB, or one row where a row is larger. T: float, double. **Collective.**
  template <class T>
  void rows(const std::string& dataset, const RowPartition& partition, const MatrixView<T>& mine);

  /// The same numbers in a dataset of one dimension, [partition.rows() * mine.cols], one row after another. `mine` must
  /// lie in memory without gaps (stride = cols). T: float, double, std::int32_t. **Collective.**
  template <class T>
  void joined_rows(const std::string& dataset, const RowPartition& partition, const MatrixView<T>& mine);

  /// A matrix [run.total, mine.cols] whose rows are not distributed as neurons are. `mine` are the rows in the run of
  /// this rank. Saving, the runs of the ranks hold every row once; loading, they may overlap. T: float, double,
  /// std::int32_t. **Collective.**
  template <class T>
  void row_run(const std::string& dataset, const RowRun& run, const MatrixView<T>& mine);

  /// An array of which every rank holds the whole: [values.size() / cols, cols], row-major, or of one dimension where
  /// cols = 0. The first rank writes it, and every rank reads it. T: float, double, std::int64_t. **Collective.**
  template <class T>
  void replicated(const std::string& dataset, std::span<T> values, Index cols = 0);

  /// A matrix [rows, matrix.cols] of which every rank holds the whole. The first rank writes it, and every rank reads
  /// it. T: float, double. **Collective.**
  template <class T>
  void replicated(const std::string& dataset, const MatrixView<T>& matrix, Index rows);

  /// An attribute of a group or of the root ("/"). Saving makes the group where it is missing, and writes the value of
  /// the first rank. T: std::int64_t, double, std::string; loading needs exactly this type. **Collective.**
  template <class T>
  void attribute(const std::string& group, const std::string& name, T& value);

  /// Whether the file that is loaded has such an attribute. **Collective.**
  bool has_attribute(const std::string& group, const std::string& name) const;

  /// The version of a section. Saving writes the version of `section` as the integer attribute `<name>_version` of the
  /// group (which is made where it is missing) and returns it. Loading returns the version of the section in the file:
  /// 1 where the file says none, since files of program 0.1 have no sections. Throws RunError where the file's version
  /// is higher than that of `section`. **Collective.**
  ///
  /// Example: `if (archive.section("/learning", {"plasticity", 2}) >= 2) ...` in persist() moves what version 1 lacks.
  Index section(const std::string& group, const format::Section& section);

  /// Throws InputError if the file that is loaded has a section that is not in `known`, or a later version of one. A
  /// newer program wrote such a file. **Collective.**
  void require_sections(std::span<const format::Section> known) const;

  /// Whether the file has such a dataset or group. **Collective.**
  bool contains(const std::string& path) const;

  /// The extents of a dataset; empty where there is none of this name. **Collective.**
  std::vector<Index> shape(const std::string& dataset) const;

  /// Loading: compares every dataset with its checksums. The ranks share the reading, each of the whole file its part,
  /// through a buffer as in rows(). Throws DamageError that names what is damaged. **Collective.**
  void verify();

  /// Closes the file. Saving also seals it and brings its bytes to the disk; a file that was never closed is refused
  /// when it is opened. No other member may be called after this. **Collective.**
  void close();

 private:
  struct Implementation;
  explicit Archive(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace fullforce

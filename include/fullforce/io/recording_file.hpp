#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// A dataset of a recording with a row for each step: [T, width], or [T] if it is a list of `width` 1.
struct RecordedArray {
  enum class Kind { list, matrix, mask };
  std::string name;
  Index width = 1;
  Kind kind = Kind::matrix;  ///< a mask is a matrix of integers of 8 bits; the others are in double precision
};

/// What stands in a recording beside its arrays of steps.
struct RecordingHeader {
  using Note = std::pair<std::string, std::variant<Index, double, std::string>>;
  std::vector<Note> notes;                ///< root attributes that say what was recorded
  std::vector<std::string> output_names;  ///< [n_out]
  std::vector<Index> neurons;             ///< [k], which neurons were recorded
  std::vector<Index> trials;              ///< [trials], what trials are called: rows of their file, or numbers
  std::vector<Index> trial_ends;          ///< [trials], one past the last step of each trial
  std::vector<std::string> conditions;    ///< [trials]; empty if trials have none
};

/// A recording that is being written: an HDF5 file (format "fullforce-recording") of T steps, which come in pieces and
/// in any order. The file is replaced as a whole, and room on the disk is reserved before the first step. One rank has
/// this object. All functions throw RunError where the file cannot be written.
class RecordingFile {
 public:
  RecordingFile(const std::filesystem::path& path, const RecordingHeader& header, std::vector<RecordedArray> arrays);
  ~RecordingFile();
  RecordingFile(const RecordingFile&) = delete;
  RecordingFile& operator=(const RecordingFile&) = delete;

  /// Writes steps from `first` on. `rows` are the bytes of numbers in double precision, [steps, width of all arrays]:
  /// each row has the arrays side by side.
  void write(Index first, std::span<const std::byte> rows);

  /// Gives the file its name. Every step must have been written.
  void commit();

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

/// The kind of a file (file_format.hpp, `format::kind`), from its root attribute `format`. A file that begins with a
/// seal is a "fullforce-network" even if it is too damaged for HDF5. Returns an empty text where an HDF5 file has no
/// such attribute. Throws InputError or RunError, with the reason, where the file cannot be read as HDF5. Called by one
/// rank.
std::string file_format(const std::filesystem::path& path);

/// The checksum in the seal of a network file, in hexadecimal digits. Two files have the same one only if their
/// contents are the same, provenance included. Throws DamageError or InputError as seal::check() does. Called by one
/// rank.
std::string seal_of(const std::filesystem::path& path);

}  // namespace fullforce

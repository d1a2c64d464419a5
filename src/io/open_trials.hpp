#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/io/trials_file.hpp"
#include "trials_attributes.hpp"

namespace fullforce {

/// What a dataset should be like: a condition on its extents, and its words in messages.
struct DatasetForm {
  bool (*fits)(const std::vector<Index>& extents);
  const char* text;
};

/// An open trials file. It knows its own name, which its messages give. All functions throw InputError where the file
/// is not one of trials, and RunError where HDF5 fails.
class OpenTrials {
 public:
  explicit OpenTrials(const std::filesystem::path& path);

  /// Checks the file as far as that is possible without its signals and masks.
  TrialsShape shape() const;

  /// Reads the signals and masks of a file of this shape.
  void read(const TrialsShape& shape, const Signals<double>& into) const;

 private:
  /// A signal of all trials.
  struct Matrix {
    const char* name;
    Index cols = 0;
  };

  void check_names(Index version) const;
  bool contains(const std::string& name) const;
  std::string named(const std::string& name) const;
  hdf5::Handle open(const std::string& name, const DatasetForm& form) const;
  hdf5::Handle dataset(const std::string& name, const DatasetForm& form, bool or_texts = false) const;
  void read_numbers(const hdf5::Handle& set, const std::string& name, std::span<double> into) const;
  std::vector<Index> lengths() const;
  Index total(const std::vector<Index>& lengths) const;
  std::vector<std::string> conditions(Index trials) const;
  std::vector<std::string> numbered_conditions(const hdf5::Handle& set, Index count) const;
  std::vector<Index> target_neurons(Index columns) const;
  Matrix matrix(const char* name, Index steps) const;
  Matrix optional_matrix(const char* name, Index steps) const;
  void check_mask(Index steps, Index outputs) const;
  void read(const Matrix& matrix, std::span<double> into) const;
  void read_masks(Index outputs, std::span<std::uint8_t> masks) const;
  void leave_out_unknown(std::span<double> targets, std::span<std::uint8_t> masks) const;
  void check_finite(const Matrix& matrix, std::span<const double> values) const;
  void check_order(const std::array<const Matrix*, 4>& signals, Index steps) const;

  std::string name_;
  hdf5::Handle file_;
  TrialsAttributes attributes_;
};

}  // namespace fullforce

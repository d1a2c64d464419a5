#include "fullforce/io/trials_file.hpp"

#include <cmath>
#include <new>
#include <stdexcept>

#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce {
namespace {

struct Matrix {
  Index cols = 0;
  std::vector<double> values;
};

/// An open trials file. It knows its own name, which its messages give.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    require(std::filesystem::exists(status), "{}: there is no such trials file", name_);
    require(std::filesystem::is_regular_file(status), "{} is not a file (a trials file in HDF5 was expected)", name_);
    file_ = hdf5::open_serially(path);
  }

  TrialsData read() const {
    check_format();
    TrialsData data;
    data.dt = positive_number("dt");
    data.lengths = lengths();
    const Index steps = total(data.lengths);
    Matrix targets = matrix("targets", steps);
    require(targets.cols >= 1, "{}: dataset targets has no columns (at least one output is needed)", name_);
    Matrix inputs = optional_matrix("inputs", steps);
    Matrix hints = optional_matrix("hints", steps);
    data.n_out = targets.cols;
    data.n_in = inputs.cols;
    data.n_hint = hints.cols;
    data.targets = std::move(targets.values);
    data.inputs = std::move(inputs.values);
    data.hints = std::move(hints.values);
    return data;
  }

 private:
  hdf5::Value attribute(const char* name, const std::string& expected) const {
    require(hdf5::has_attribute(file_.get(), name), "{}: root attribute {} is missing (expected {})", name_, name,
            expected);
    return hdf5::read_attribute(file_.get(), name);
  }

  void check_format() const {
    const std::string expected = fmt::format("\"{}\"", format::kind::trials);
    const hdf5::Value kind = attribute(format::root::format, expected);
    const auto* text = std::get_if<std::string>(&kind);
    require(text && *text == format::kind::trials, "{}: root attribute format is {} (expected {})", name_,
            text ? fmt::format("\"{}\"", *text) : std::string("not a string"), expected);
    const double version = number(format::root::format_version, fmt::to_string(format::version::trials));
    require(version == format::version::trials, "{}: format_version = {} (this program reads version {})", name_,
            version, format::version::trials);
  }

  double number(const char* name, const std::string& expected) const {
    const hdf5::Value value = attribute(name, expected);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    const auto* real = std::get_if<double>(&value);
    require(real != nullptr, "{}: root attribute {} is a string (expected {})", name_, name, expected);
    return *real;
  }

  double positive_number(const char* name) const {
    const double value = number(name, "the step in seconds");
    require(std::isfinite(value) && value > 0.0, "{}: root attribute {} = {} (must be positive and finite, in seconds)",
            name_, name, value);
    return value;
  }

  bool contains(const std::string& name) const { return H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0; }

  /// Opens a dataset of numbers that has `rank` extents.
  hdf5::Handle dataset(const std::string& name, std::size_t rank, const char* shape) const {
    require(contains(name), "{}: dataset {} is missing (expected numbers of shape {})", name_, name, shape);
    hdf5::Handle set(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    require(set.get() >= 0, "{}: {} is not a dataset that can be read (expected numbers of shape {})", name_, name,
            shape);
    require(is_number(type_class(set.get())), "{}: dataset {} does not hold integers or floating-point numbers", name_,
            name);
    const std::vector<Index> extents = hdf5::extents(set.get());
    require(extents.size() == rank, "{}: dataset {} has shape {} (expected {})", name_, name, hdf5::to_text(extents),
            shape);
    return set;
  }

  static bool is_number(H5T_class_t kind) { return kind == H5T_INTEGER || kind == H5T_FLOAT; }

  static H5T_class_t type_class(hid_t set) {
    const hdf5::Handle type = hdf5::own(H5Dget_type(set), H5Tclose, "type cannot be read");
    return H5Tget_class(type.get());
  }

  // Reads the numbers of a dataset. A file can claim any shape, so no memory is allocated for a dataset into which
  // nothing was ever stored.
  std::vector<double> values(const hdf5::Handle& set, const std::string& name, Index count) const {
    require(count == 0 || H5Dget_storage_size(set.get()) > 0, "{}: dataset {} was never written", name_, name);
    std::vector<double> result(as_size(count));
    if (count == 0) return result;
    const std::string what = fmt::format("{}: dataset {} cannot be read", name_, name);
    hdf5::check(H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data()), what);
    return result;
  }

  std::vector<Index> lengths() const {
    const hdf5::Handle set = dataset("lengths", 1, "[trials]");
    const Index count = hdf5::extents(set.get())[0];
    require(count >= 1, "{}: dataset lengths is empty (at least one trial is needed)", name_);
    const std::vector<double> raw = values(set, "lengths", count);
    std::vector<Index> result;
    for (const double length : raw) {
      // No trial is longer than the bound, which keeps the sum away from overflow.
      require(length >= 1.0 && length <= 0x1.0p40 && length == std::floor(length),
              "{}: lengths[{}] = {} (must be a whole number of steps, at least 1)", name_, result.size(), length);
      result.push_back(static_cast<Index>(length));
    }
    return result;
  }

  Index total(const std::vector<Index>& lengths) const {
    Index sum = 0;
    for (const Index length : lengths) {
      sum += length;
      require(sum <= Index{1} << 48, "{}: the lengths add up to more steps than a file can hold", name_);
    }
    return sum;
  }

  Matrix matrix(const std::string& name, Index steps) const {
    const hdf5::Handle set = dataset(name, 2, "[sum of lengths, columns]");
    const std::vector<Index> extents = hdf5::extents(set.get());
    if (extents[1] == 0) return {};
    require(extents[0] == steps, "{}: dataset {} has {} rows, but the lengths add up to {}", name_, name, extents[0],
            steps);
    require(extents[1] <= (Index{1} << 58) / steps, "{}: dataset {} has {} columns, more than memory can hold", name_,
            name, extents[1]);
    Matrix result{extents[1], values(set, name, steps * extents[1])};
    check_finite(name, result);
    return result;
  }

  Matrix optional_matrix(const std::string& name, Index steps) const {
    return contains(name) ? matrix(name, steps) : Matrix{};
  }

  void check_finite(const std::string& name, const Matrix& matrix) const {
    for (std::size_t i = 0; i < matrix.values.size(); ++i)
      require(std::isfinite(matrix.values[i]), "{}: {}[{}, {}] = {} (all values must be finite)", name_, name,
              static_cast<Index>(i) / matrix.cols, static_cast<Index>(i) % matrix.cols, matrix.values[i]);
  }

  std::string name_;
  hdf5::Handle file_;
};

void write_contents(hid_t file, const TrialsData& data) {
  Index steps = 0;
  for (const Index length : data.lengths) steps += length;
  const auto write = [&](const char* name, Index cols, const std::vector<double>& values) {
    if (static_cast<Index>(values.size()) != steps * cols)
      throw RunError(fmt::format("trials: {} has {} values, its shape [{}, {}] wants {}", name, values.size(), steps,
                                 cols, steps * cols));
    hdf5::write_dataset(file, name, {steps, cols}, values);
  };
  hdf5::write_attribute(file, format::root::format, format::kind::trials);
  hdf5::write_attribute(file, format::root::format_version, format::version::trials);
  hdf5::write_attribute(file, "dt", data.dt);
  hdf5::write_dataset(file, "lengths", {static_cast<Index>(data.lengths.size())}, data.lengths);
  write("inputs", data.n_in, data.inputs);
  write("targets", data.n_out, data.targets);
  write("hints", data.n_hint, data.hints);
}

}  // namespace

TrialsData read_trials(const std::filesystem::path& path) {
  try {
    return Reader(path).read();
  } catch (const RunError& error) {  // HDF5 could not make sense of the file, which is the user's input
    const std::string text = error.what();
    const bool named = text.find(path.string()) != std::string::npos;
    throw InputError(named ? text : fmt::format("{}: {}", path.string(), text));
  } catch (const std::bad_alloc&) {
    throw InputError(fmt::format("{}: the trials do not fit into memory", path.string()));
  } catch (const std::length_error&) {
    throw InputError(fmt::format("{}: the trials do not fit into memory", path.string()));
  }
}

void write_trials(const std::filesystem::path& path, const TrialsData& data) {
  commit_when_whole(path, [&](const std::filesystem::path& temporary) {
    hdf5::Handle file = hdf5::create_serially(temporary);
    write_contents(file.get(), data);
    hdf5::check(file.close() ? 0 : -1, fmt::format("{} cannot be written", path.string()));
  });
}

}  // namespace fullforce

#include "fullforce/io/trials_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory_error.hpp"
#include "fullforce/base/nearest.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/format_version.hpp"
#include "fullforce/io/hdf5.hpp"
#include "fullforce/io/readable_file.hpp"
#include "number_types.hpp"
#include "whole_dataset.hpp"

namespace fullforce {
namespace {

const std::vector<std::string_view> dataset_names{"lengths", "targets", "inputs", "hints"};

/// A signal of all trials.
struct Matrix {
  const char* name;
  Index cols = 0;
};

using Extents = std::vector<Index>;

/// Whether a dataset of these extents is a list of numbers. MATLAB writes it as a matrix of one row or one column.
bool is_list(const Extents& extents) {
  return extents.size() == 1 || (extents.size() == 2 && (extents[0] == 1 || extents[1] == 1));
}

bool is_matrix(const Extents& extents) { return extents.size() == 2; }

/// What a dataset should be like: a condition on its extents, and its words in messages.
struct Form {
  bool (*fits)(const Extents& extents);
  const char* text;
};
constexpr Form list_of_trials{is_list, "[trials]"};
constexpr Form matrix_of_steps{is_matrix, "[sum of lengths, columns]"};

/// An open trials file. It knows its own name, which its messages give.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : name_(path.string()), file_(hdf5::open_serially(path)) {}

  /// Checks the file as far as that is possible without its values.
  TrialsShape shape() const {
    check_format();
    check_names();
    TrialsShape shape;
    shape.dt = positive_number("dt");
    shape.lengths = lengths();
    const Index steps = total(shape.lengths);
    const Matrix targets = matrix("targets", steps);
    require(targets.cols >= 1, "{}: dataset targets has no columns (at least one output is needed)", name_);
    const Matrix inputs = optional_matrix("inputs", steps);
    const Matrix hints = optional_matrix("hints", steps);
    shape.n_out = targets.cols;
    shape.n_in = inputs.cols;
    shape.n_hint = hints.cols;
    return shape;
  }

  /// Reads the signals of a file of this shape.
  void read(const TrialsShape& shape, const Signals<double>& into) const {
    const Matrix targets{"targets", shape.n_out}, inputs{"inputs", shape.n_in}, hints{"hints", shape.n_hint};
    read(targets, into.targets);
    read(inputs, into.inputs);
    read(hints, into.hints);
    check_order({&targets, &inputs, &hints}, shape.steps());
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
    require_version(name_, version, format::version::trials);
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

  /// A misnamed dataset would otherwise be left out without a word.
  void check_names() const {
    for (const std::string& name : hdf5::member_names(file_.get()))
      require(std::find(dataset_names.begin(), dataset_names.end(), name) != dataset_names.end(),
              "{}: unknown dataset or group {} (the nearest known dataset is {})", name_, name,
              nearest(name, dataset_names));
  }

  bool contains(const std::string& name) const { return H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0; }

  std::string named(const std::string& name) const { return fmt::format("{}: dataset {}", name_, name); }

  /// Opens a dataset of numbers that has this form and is stored whole. Memory is allocated only after that is known,
  /// since a file can claim any shape.
  hdf5::Handle dataset(const std::string& name, const Form& form) const {
    require(contains(name), "{} is missing (expected numbers of shape {})", named(name), form.text);
    hdf5::Handle set(open_up_to_the_first_gap(file_.get(), name), H5Dclose);
    require(set.get() >= 0, "{}: {} is not a dataset that can be read (expected numbers of shape {})", name_, name,
            form.text);
    const std::string kind = kind_unless_numbers(set.get());
    require(kind.empty(), "{} holds {}: integers, floating-point numbers or bool are expected", named(name), kind);
    expect_whole(set.get(), named(name));
    const Extents extents = hdf5::extents(set.get());
    require(form.fits(extents), "{} has shape {} (expected {})", named(name), hdf5::to_text(extents), form.text);
    return set;
  }

  /// Reads the numbers of a dataset, which has as many as `into`.
  void read_numbers(const hdf5::Handle& set, const std::string& name, std::span<double> into) const {
    const std::string what = fmt::format("{} cannot be read", named(name));
    hdf5::check(H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, into.data()), what);
  }

  std::vector<Index> lengths() const {
    const hdf5::Handle set = dataset("lengths", list_of_trials);
    const Extents extents = hdf5::extents(set.get());
    const Index count = std::accumulate(extents.begin(), extents.end(), Index{1}, std::multiplies<>());
    require(count >= 1, "{}: dataset lengths is empty (at least one trial is needed)", name_);
    std::vector<double> raw(as_size(count));
    read_numbers(set, "lengths", raw);
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

  Matrix matrix(const char* name, Index steps) const {
    const hdf5::Handle set = dataset(name, matrix_of_steps);
    const Extents extents = hdf5::extents(set.get());
    if (extents[1] == 0) return {name};
    require(extents[0] == steps || extents[1] != steps,
            "{} has shape {}, but the lengths add up to {} rows: it is transposed, since MATLAB, Julia and R write "
            "arrays with their dimensions in reverse (transpose it before it is written)",
            named(name), hdf5::to_text(extents), steps);
    require(extents[0] == steps, "{} has {} rows, but the lengths add up to {}", named(name), extents[0], steps);
    require(extents[1] <= (Index{1} << 58) / steps, "{} has {} columns, more than memory can hold", named(name),
            extents[1]);
    return {name, extents[1]};
  }

  Matrix optional_matrix(const char* name, Index steps) const {
    return contains(name) ? matrix(name, steps) : Matrix{name};
  }

  void read(const Matrix& matrix, std::span<double> into) const {
    if (into.empty()) return;
    read_numbers(dataset(matrix.name, matrix_of_steps), matrix.name, into);
    for (std::size_t i = 0; i < into.size(); ++i)
      require(std::isfinite(into[i]), "{}: {}[{}, {}] = {} (all values must be finite)", name_, matrix.name,
              static_cast<Index>(i) / matrix.cols, static_cast<Index>(i) % matrix.cols, into[i]);
  }

  /// A square signal might be transposed. Any other signal of the file shows that its writer transposes nothing.
  void check_order(const std::array<const Matrix*, 3>& signals, Index steps) const {
    const auto shows = [&](const Matrix* signal) { return signal->cols != 0 && signal->cols != steps; };
    if (steps == 1 || std::any_of(signals.begin(), signals.end(), shows)) return;
    require(
        false,
        "{} has as many columns as rows, {}, so nothing shows whether it is transposed (add a trial, which may be a "
        "copy of another one)",
        named(signals[0]->name), steps);
  }

  std::string name_;
  hdf5::Handle file_;
};

/// Calls work(). What HDF5 could not make sense of is the user's input, as is a file with more numbers than memory can
/// hold.
template <class Work>
auto with_input_errors(const std::filesystem::path& path, const Work& work) {
  try {
    return work();
  } catch (const RunError& error) {
    throw InputError(naming(path, error));
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    throw InputError(fmt::format("{}: the trials do not fit into memory", path.string()));
  }
}

void write_contents(hid_t file, const TrialsData& data) {
  const Index steps = data.steps();
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

Index TrialsShape::steps() const { return std::accumulate(lengths.begin(), lengths.end(), Index{0}); }

struct TrialsReader::Open {
  explicit Open(const std::filesystem::path& file) : path(file), reader(file), shape(reader.shape()) {}

  std::filesystem::path path;
  Reader reader;
  TrialsShape shape;
};

TrialsReader::TrialsReader(const std::filesystem::path& path)
    : open_(with_input_errors(path, [&] { return std::make_unique<Open>(path); })) {}
TrialsReader::~TrialsReader() = default;
TrialsReader::TrialsReader(TrialsReader&& other) noexcept = default;
TrialsReader& TrialsReader::operator=(TrialsReader&& other) noexcept = default;

const TrialsShape& TrialsReader::shape() const { return open_->shape; }

void TrialsReader::read(const Signals<double>& into) const {
  with_input_errors(open_->path, [&] { open_->reader.read(open_->shape, into); });
}

TrialsData read_trials(const std::filesystem::path& path) {
  const TrialsReader file(path);
  TrialsData data{file.shape(), {}, {}, {}};
  with_input_errors(path, [&] {
    data.inputs.resize(as_size(data.steps() * data.n_in));
    data.targets.resize(as_size(data.steps() * data.n_out));
    data.hints.resize(as_size(data.steps() * data.n_hint));
  });
  file.read({data.inputs, data.targets, data.hints});
  return data;
}

void write_trials(const std::filesystem::path& path, const TrialsData& data) {
  commit_when_whole(path, [&](const std::filesystem::path& temporary) {
    hdf5::Handle file = hdf5::create_serially(temporary);
    write_contents(file.get(), data);
    hdf5::check(file.close() ? 0 : -1, fmt::format("{} cannot be written", path.string()));
  });
}

}  // namespace fullforce

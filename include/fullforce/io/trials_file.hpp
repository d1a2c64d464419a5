#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// What a trials file says of its signals. S is the number of steps of all trials together; the trials follow each
/// other, and all arrays are row-major.
struct TrialsShape {
  double dt = 0.001;           ///< duration of a step in seconds
  Index n_in = 0;              ///< number of inputs
  Index n_out = 0;             ///< number of outputs, at least 1
  Index n_hint = 0;            ///< number of hints: signals that only the target-generating network receives
  std::vector<Index> lengths;  ///< [trials], steps of each trial, at least 1

  Index steps() const;  ///< S
  Index numbers() const { return steps() * (n_in + n_out + n_hint); }
  bool operator==(const TrialsShape&) const = default;
};

/// The signals of all trials, wherever they are stored: numbers T that may be const.
template <class T>
struct Signals {
  std::span<T> inputs;   ///< [S, n_in]
  std::span<T> targets;  ///< [S, n_out], what the outputs should be
  std::span<T> hints;    ///< [S, n_hint]
};

/// The signals in an array of shape.numbers() numbers, in which they follow each other.
template <class T>
Signals<T> signals_in(const TrialsShape& shape, std::span<T> all) {
  const std::size_t inputs = as_size(shape.steps() * shape.n_in), targets = as_size(shape.steps() * shape.n_out);
  return {all.first(inputs), all.subspan(inputs, targets), all.subspan(inputs + targets)};
}

/// The contents of a trials file (HDF5, format "fullforce-trials"), from which task "file" takes its signals.
struct TrialsData : TrialsShape {
  std::vector<double> inputs;
  std::vector<double> targets;
  std::vector<double> hints;

  Signals<const double> signals() const { return {inputs, targets, hints}; }
};

/// A fingerprint of all signals and lengths, 16 hexadecimal digits (XXH3). Files of the same content have the same one,
/// whatever their names, types and compression are.
std::string fingerprint(const TrialsShape& shape, const Signals<const double>& signals);
inline std::string fingerprint(const TrialsData& data) { return fingerprint(data, data.signals()); }

/// An open trials file. Its shape is known before memory for its signals is needed. No rank needs another one for it,
/// so any number of them may open it. The constructor and read() throw InputError that names the file, the dataset or
/// attribute, what is wrong and what was expected: another format, shapes or lengths that do not fit together, values
/// that are not finite, or more than memory can hold.
class TrialsReader {
 public:
  explicit TrialsReader(const std::filesystem::path& path);
  ~TrialsReader();
  TrialsReader(TrialsReader&& other) noexcept;
  TrialsReader& operator=(TrialsReader&& other) noexcept;

  const TrialsShape& shape() const;

  /// Reads all signals into arrays of their sizes, and checks them.
  void read(const Signals<double>& into) const;

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

/// Reads a trials file whole and checks it, with the errors of TrialsReader.
TrialsData read_trials(const std::filesystem::path& path);

/// Writes a trials file, which is replaced as a whole. Called by one rank. Throws RunError where the file cannot be
/// written, or where an array has not as many values as its shape says.
void write_trials(const std::filesystem::path& path, const TrialsData& data);

}  // namespace fullforce

#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The names of channels, [n_in], [n_out] and [n_hint]. A list is empty where its channels have no names.
struct ChannelNames {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::string> hints;

  bool empty() const { return inputs.empty() && outputs.empty() && hints.empty(); }
  bool operator==(const ChannelNames&) const = default;
};

/// What a trials file says of its signals. S is the number of steps of all trials together; the trials follow each
/// other, and all arrays are row-major.
struct TrialsShape {
  double dt = 0.001;           ///< duration of a step in seconds
  Index n_in = 0;              ///< number of inputs
  Index n_out = 0;             ///< number of outputs, at least 1
  Index n_hint = 0;            ///< number of hints: signals that only the target-generating network receives
  std::vector<Index> lengths;  ///< [trials], steps of each trial, at least 1

  bool has_masks = false;               ///< whether some samples may be left out
  std::vector<std::string> conditions;  ///< [trials], the condition of each trial; empty if there are none
  ChannelNames names;

  Index steps() const;  ///< S
  /// The number of masks, which take a byte each.
  Index mask_count() const { return has_masks ? steps() * n_out : 0; }
  /// The number of 64-bit numbers that hold all signals and masks.
  Index numbers() const;
  bool operator==(const TrialsShape&) const = default;
};

/// The signals of all trials, wherever they are stored: numbers T that may be const.
template <class T>
struct Signals {
  using Byte = std::conditional_t<std::is_const_v<T>, const std::uint8_t, std::uint8_t>;

  std::span<T> inputs;   ///< [S, n_in]
  std::span<T> targets;  ///< [S, n_out], what the outputs should be
  std::span<T> hints;    ///< [S, n_hint]
  /// [S, n_out], 1 where learning and scoring count a sample and 0 where they leave it out; empty if all count.
  std::span<Byte> masks{};
};

/// The signals and masks in an array of shape.numbers() numbers, in which they follow each other.
template <class T>
Signals<T> signals_in(const TrialsShape& shape, std::span<T> all) {
  const std::size_t inputs = as_size(shape.steps() * shape.n_in), targets = as_size(shape.steps() * shape.n_out),
                    hints = as_size(shape.steps() * shape.n_hint);
  const std::span<T> rest = all.subspan(inputs + targets + hints);
  return {all.first(inputs),
          all.subspan(inputs, targets),
          all.subspan(inputs + targets, hints),
          {reinterpret_cast<typename Signals<T>::Byte*>(rest.data()), as_size(shape.mask_count())}};
}

/// The contents of a trials file (HDF5, format "fullforce-trials"), from which task "file" takes its signals.
struct TrialsData : TrialsShape {
  std::vector<double> inputs;
  std::vector<double> targets;
  std::vector<double> hints;
  std::vector<std::uint8_t> masks;

  Signals<const double> signals() const { return {inputs, targets, hints, masks}; }
};

/// A fingerprint of all signals, lengths, masks and conditions, 16 hexadecimal digits (XXH3). Files of the same content
/// have the same one, whatever their names, types and compression are. Masks that leave out nothing, and conditions
/// without a text, are as if they were not there. The names of channels do not count.
std::string fingerprint(const TrialsShape& shape, const Signals<const double>& signals);
inline std::string fingerprint(const TrialsData& data) { return fingerprint(data, data.signals()); }

/// A fingerprint of the inputs [length, n_in] and the targets [length, n_out] of a trial (XXH3). It depends on nothing
/// else, so that a trial is known again in another file, where it may have another place, condition, mask or hint.
std::int64_t trial_fingerprint(std::span<const double> inputs, std::span<const double> targets);

/// That of each trial, [trials].
std::vector<std::int64_t> trial_fingerprints(const TrialsShape& shape, const Signals<const double>& signals);

/// An open trials file. Its shape is known before memory for its signals is needed. No rank needs another one for it,
/// so any number of them may open it. The constructor and read() throw InputError that names the file, the dataset or
/// attribute, what is wrong and what was expected: another format, shapes or lengths that do not fit together, values
/// that are not finite, masks other than 0 and 1, or more than memory can hold.
///
/// In files of version 2 and later, a target that is not a number stands for one that is not known. Its mask becomes 0,
/// and the target 0.
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

/// Writes a trials file, which is replaced as a whole. It has the oldest version that can hold the trials. Called by
/// one rank. Throws RunError where the file cannot be written, or where an array has not as many values as its shape
/// says.
void write_trials(const std::filesystem::path& path, const TrialsData& data);

}  // namespace fullforce

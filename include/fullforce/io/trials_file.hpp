#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The contents of a trials file (HDF5, format "fullforce-trials"), from which task "file" takes its signals. S is the
/// number of steps of all trials together; the trials follow each other, and all arrays are row-major.
struct TrialsData {
  double dt = 0.001;            ///< duration of a step in seconds
  Index n_in = 0;               ///< number of inputs
  Index n_out = 0;              ///< number of outputs, at least 1
  Index n_hint = 0;             ///< number of hints: signals that only the target-generating network receives
  std::vector<Index> lengths;   ///< [trials], steps of each trial, at least 1
  std::vector<double> inputs;   ///< [S, n_in]
  std::vector<double> targets;  ///< [S, n_out], what the outputs should be
  std::vector<double> hints;    ///< [S, n_hint]
};

/// A fingerprint of all signals and lengths, 16 hexadecimal digits (XXH3). Files of the same content have the same one,
/// whatever their names, types and compression are.
std::string fingerprint(const TrialsData& data);

/// Reads a trials file whole and checks it. No rank needs another one for it, so any number of them may call it. Throws
/// InputError that names the file, the dataset or attribute, what is wrong and what was expected: another format,
/// shapes or lengths that do not fit together, values that are not finite, or more than memory can hold.
TrialsData read_trials(const std::filesystem::path& path);

/// Writes a trials file, which is replaced as a whole. Called by one rank. Throws RunError where the file cannot be
/// written, or where an array has not as many values as its shape says.
void write_trials(const std::filesystem::path& path, const TrialsData& data);

}  // namespace fullforce

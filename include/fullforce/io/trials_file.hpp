#pragma once
#include <filesystem>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The contents of a trials file (format "fullforce-trials", version 1): trials one after another, row-major.
struct TrialsData {
  double dt = 0.001;  ///< s
  Index n_in = 0, n_out = 0, n_hint = 0;
  std::vector<Index> lengths;   ///< [trials], all >= 1
  std::vector<double> inputs;   ///< [sum of lengths, n_in]
  std::vector<double> targets;  ///< [sum of lengths, n_out], n_out >= 1
  std::vector<double> hints;    ///< [sum of lengths, n_hint]
};

/// Reads and validates the whole file (serially; each rank may call it alone). Throws InputError that names the file,
/// the dataset, what is wrong and what was expected: format, shapes, lengths that do not add up, values that are not
/// finite.
TrialsData read_trials(const std::filesystem::path& path);

/// Writes one (serially, one rank), to a temporary name and renamed when whole. Throws RunError when it cannot be
/// written.
void write_trials(const std::filesystem::path& path, const TrialsData& data);

}  // namespace fullforce

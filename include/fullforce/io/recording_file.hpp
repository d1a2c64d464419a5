#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// What a test run looked like, step by step: T steps, trials one after another; all arrays row-major.
struct Recording {
  std::vector<double> time;  ///< [T], s
  Index n_out = 0, n_in = 0, n_rec = 0;
  std::vector<double> outputs;       ///< [T, n_out]
  std::vector<double> targets;       ///< [T, n_out]
  std::vector<double> inputs;        ///< [T, n_in]
  std::vector<double> rates;         ///< [T, n_rec]
  std::vector<double> target_rates;  ///< [T, n_rec]; empty without a target-generating network: the dataset is left out
  std::vector<Index> neurons;        ///< [n_rec], the recorded neurons
  std::vector<Index> trial_ends;     ///< [trials], one past a trial's last step
};

/// Writes it (format "fullforce-recording", version 1), to a temporary name and renamed when whole. Serial, one rank.
/// Throws RunError when the file cannot be written or an array has not the size that its shape says.
void write_recording(const std::filesystem::path& path, const Recording& recording);

/// What kind of file it is: the root attribute `format` ("fullforce-network", "fullforce-trials",
/// "fullforce-recording"), or empty where there is none or the file is not HDF5. Serial, one rank.
std::string file_format(const std::filesystem::path& path);

}  // namespace fullforce

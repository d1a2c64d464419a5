#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Inputs, outputs and rates of a test run at every step. T is the number of steps of all trials together, and the
/// trials follow each other in time. All arrays are row-major. "Network" is the task-performing network.
struct Recording {
  std::vector<double> time;          ///< [T], in seconds
  Index n_out = 0;                   ///< number of outputs
  Index n_in = 0;                    ///< number of inputs
  Index n_rec = 0;                   ///< number of recorded neurons
  std::vector<double> outputs;       ///< [T, n_out], what the network put out
  std::vector<double> targets;       ///< [T, n_out], what it should have put out
  std::vector<double> inputs;        ///< [T, n_in]
  std::vector<double> rates;         ///< [T, n_rec], of the recorded neurons in the network
  std::vector<double> target_rates;  ///< [T, n_rec], of the same neurons in the target-generating network; empty where
                                     ///< there is none, and then the file has no such dataset
  std::vector<Index> neurons;        ///< [n_rec], which neurons were recorded
  std::vector<Index> trial_ends;     ///< [trials], one past the last step of each trial
};

/// Writes a recording as HDF5 (format "fullforce-recording"), with a dataset for each array of the struct. The file is
/// replaced as a whole. Called by one rank. Throws RunError where the file cannot be written, or where an array has not
/// as many values as its shape says.
void write_recording(const std::filesystem::path& path, const Recording& recording);

/// The kind of a file (file_format.hpp, `format::kind`), from its root attribute `format`. A file that begins with a
/// seal is a "fullforce-network" even if it is too damaged for HDF5. Returns an empty text where an HDF5 file has no
/// such attribute. Throws InputError or RunError, with the reason, where the file cannot be read as HDF5. Called by one
/// rank.
std::string file_format(const std::filesystem::path& path);

}  // namespace fullforce

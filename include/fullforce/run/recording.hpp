#pragma once
#include <filesystem>
#include <vector>

#include "fullforce/io/recording_file.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// What a recording of a test is to hold.
struct RecordingJob {
  std::filesystem::path file;
  std::vector<Index> neurons;                     ///< numbers of the neurons, each once, in the order of the file
  bool states = false;                            ///< whether to record states, too
  bool currents = false;                          ///< whether to record recurrent currents and their targets, too
  TargetSource target = TargetSource::generator;  ///< where the network has learned from
  /// Whether targets of neurons are recorded: those of currents with these, and those of rates with every recording.
  bool reads_targets() const { return currents || target == TargetSource::rates; }
  std::vector<RecordingHeader::Note> notes;  ///< what the file says about the network and the test
};

/// The numbers of `count` neurons that are spread evenly over a network of `neurons` neurons.
std::vector<Index> spread_neurons(Index count, Index neurons);

/// The memory that a recording takes on each rank, in bytes. It does not grow with the number of steps.
Index recording_bytes(const Task& task, const RunOptions& run, const RecordingJob& job);

}  // namespace fullforce

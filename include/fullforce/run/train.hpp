#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// The network whose weights training started from (run.start_from). It is empty if training started from zero.
struct StartWeights {
  std::string source;                        ///< NetworkFileHeader::source
  std::vector<std::int64_t> learned_trials;  ///< LearnedTrials::trials of that network
};

/// A complete training run: what the configuration says, and how this part of the run is to go.
struct TrainingJob {
  RunOptions run;
  TaskOptions task;
  NetworkOptions network;
  LearningOptions learning;
  CheckpointOptions checkpoint;
  std::string config_text;                            ///< effective configuration as TOML, which network files keep
  std::string config_json;                            ///< the same as a JSON object, which the summary keeps
  std::optional<std::filesystem::path> restart_from;  ///< checkpoint to go on from, or network to go on training
  bool extends = false;  ///< whether restart_from is of a run of fewer trials, whose files stay for as long as they may
  bool trained = false;  ///< whether restart_from is the network that this run makes, so that only its test is left
  StartWeights weights;
  double state_bytes = 0.0;           ///< approximate size of the state of all ranks
  std::vector<std::string> warnings;  ///< warnings to show at the start
  std::string note;                   ///< what else to say at the start; it may be empty
  std::optional<Index> max_steps;
  std::optional<double> max_hours;
  bool quiet = false;
  bool with_target = true;  ///< whether network.h5 has J_D
};

enum class Outcome { finished, stopped };

/// Trains, writes network.h5, tests, and writes summary.json. The folder job.run.output must exist. **Collective.**
Outcome train(const Communicator& comm, const Task& task, const TrainingJob& job);

}  // namespace fullforce

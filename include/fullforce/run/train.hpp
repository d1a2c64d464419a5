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

/// A training run, complete: what the configuration says and how this part of it is to go.
struct TrainingJob {
  RunOptions run;
  TaskOptions task;
  NetworkOptions network;
  LearningOptions learning;
  CheckpointOptions checkpoint;
  std::string config_text;                          ///< effective configuration, for the files
  std::optional<std::filesystem::path> start_from;  ///< a checkpoint, or a network to go on training
  bool trained = false;               ///< start_from is the network that this run makes: only its test is left
  double state_bytes = 0.0;           ///< of all ranks, roughly
  std::vector<std::string> warnings;  ///< to be said at the start
  std::optional<Index> max_steps;
  std::optional<double> max_hours;
  bool quiet = false;
  bool with_target = true;  ///< J_D in network.h5
};

enum class Outcome { finished, stopped };

/// Trains, writes network.h5, tests, and writes summary.json; the folder job.run.output exists. **Collective.**
Outcome train(const Communicator& comm, const Task& task, const TrainingJob& job);

}  // namespace fullforce

#pragma once
#include <memory>
#include <optional>

#include "fullforce/config/config.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/run/learned_trials.hpp"

namespace fullforce {

/// What the command line may change in a test.
struct TestChanges {
  std::optional<Index> trials;
  std::optional<double> noise;
  std::optional<std::uint64_t> seed;       ///< seed of trials, initial states and noise
  std::optional<std::string> trials_file;  ///< trials to use in place of those of the network's own task
  bool silent = false;                     ///< whether all signals are zero, so that no trials are read
};

/// A trained network that is to be run: its configuration, with the changes of the command line made, and its task.
struct TestedNetwork {
  Config config;
  std::unique_ptr<Task> task;
  std::uint64_t network_seed = 1;  ///< seed of its fixed weights
  LearnedTrials learned_from;      ///< what the network learned from
  bool has_own_file = false;       ///< whether the trials come from task.test_file or --trials-file
  bool has_pending = false;        ///< whether the file has pending updates, which a test applies first
};

/// Opens a network file. Throws InputError if it is not a network, if trials have other channels than it has, and if
/// `task.file` holds other trials than those that it learned from and no trials file is named. **Collective.**
TestedNetwork open_network(const Communicator& comm, const std::string& path, const TestChanges& changes);

}  // namespace fullforce

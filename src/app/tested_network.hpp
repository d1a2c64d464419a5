#pragma once
#include <memory>
#include <optional>

#include "fullforce/config/config.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// What the command line may change in a test.
struct TestChanges {
  std::optional<Index> trials;
  std::optional<double> noise;
  std::optional<std::uint64_t> seed;  ///< seed of trials, initial states and noise
};

/// A trained network that is to be run: its configuration, with the changes of the command line made, and its task.
struct TestedNetwork {
  Config config;
  std::unique_ptr<Task> task;
  std::uint64_t network_seed = 1;  ///< seed of its fixed weights
};

/// Opens a network file. Throws InputError if it is not a network. **Collective.**
TestedNetwork open_network(const Communicator& comm, const std::string& path, const TestChanges& changes);

}  // namespace fullforce

#pragma once
#include <bitset>
#include <span>
#include <vector>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// The cores that a thread or a rank may run on: bit k stands for core k of the node.
using CoreSet = std::bitset<1024>;

/// The cores of this rank's node that its ranks may run on. Launchers may bind each rank to some of them, and so may
/// OMP_PLACES.
struct NodeCores {
  Index cores = 1;  ///< cores that at least one rank of the node may run on
  Index own = 1;    ///< cores that this rank may run on
  Index ranks = 1;  ///< ranks of the node

  /// The number of threads with which every thread of the node has a core of its own, at least 1. It is 1 too where
  /// ranks that are bound to the same cores could not have more.
  int threads_a_rank() const;
};

/// The cores that are in some of the sets.
CoreSet all_of(std::span<const CoreSet> sets);

/// Whether the user has asked OpenMP for places, so that each thread is bound to one of them.
bool has_places();

/// Asks the system and OpenMP for the cores of all ranks of the node. **Collective.**
NodeCores node_cores(const Communicator& comm);

/// Whether some of the threads have to share cores, where `threads` are the cores that each of them may run on. It
/// compares the threads that are confined to each of the sets with the cores in that set, and all threads with all
/// cores. That is exact where any two of the sets are equal, apart, or one inside the other, as sets of a launcher's or
/// of OMP_PLACES are.
///
/// Example: {0, 1}, {0, 1} fit; {0, 1}, {0}, {1} do not, and neither do {0}, {0}.
bool have_to_share(std::span<const CoreSet> threads);

/// The cores that each thread of each rank of the node may run on, as OpenMP has bound them. It starts the threads of
/// this rank where they do not run yet. **Collective.**
std::vector<CoreSet> cores_of_threads(const Communicator& comm);

}  // namespace fullforce

#pragma once
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// The cores of this rank's node that its ranks may run on. Launchers may bind each rank to some of them.
struct NodeCores {
  Index cores = 1;  ///< cores that at least one rank of the node may run on
  Index own = 1;    ///< cores that this rank may run on
  Index ranks = 1;  ///< ranks of the node

  /// The number of threads with which every thread of the node has a core of its own, at least 1.
  int threads_a_rank() const;
  /// Whether so many threads of each rank have to share cores.
  bool are_shared_by(Index threads) const { return ranks * threads > cores || threads > own; }
};

/// Asks the system for the cores of all ranks of the node. **Collective.**
NodeCores node_cores(const Communicator& comm);

}  // namespace fullforce

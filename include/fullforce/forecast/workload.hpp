#pragma once
#include "fullforce/forecast/machine.hpp"
#include "fullforce/run/session.hpp"

namespace fullforce {

/// What is to be computed: everything that the cost of a step depends on.
struct Workload : SessionOptions {
  Channels channels;
  double resets = 0.0;  ///< share of the steps in which some stream begins a trial in a state of its own

  SessionShape shape(int ranks, int threads, int sharing = 1) const {
    return SessionShape(RowPartition(network.neurons, ranks, sharing), threads, *this, channels);
  }
};

/// The machine's resources that a run gets: ranks with so many threads each. A node holds as many ranks as its cores
/// have room for.
struct Deployment {
  int ranks = 1;
  int threads = 1;
  int ranks_per_node = 1;
  int sharing = 1;  ///< the number of ranks of a node that exchange through shared memory; 1 if they send messages

  Deployment(int ranks, int threads, const Machine& machine);
  int nodes() const { return (ranks + ranks_per_node - 1) / ranks_per_node; }
  /// The number of ranks that send messages: one for all that share memory. The last node may have fewer ranks.
  int senders() const {
    const auto of_node = [this](int ranks_there) { return (ranks_there + sharing - 1) / sharing; };
    return ranks / ranks_per_node * of_node(ranks_per_node) + of_node(ranks % ranks_per_node);
  }
  /// The number of threads of a node that compute.
  double active_cores() const { return static_cast<double>(ranks_per_node) * threads; }
};

}  // namespace fullforce

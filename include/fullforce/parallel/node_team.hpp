#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "fullforce/parallel/mpi.hpp"
#include "fullforce/parallel/node_flags.hpp"
#include "fullforce/parallel/shared_memory.hpp"

namespace fullforce {

/// The ranks of a node, which exchange through memory that they share. Between nodes, only the first rank of each, its
/// leader, sends messages. Rows are dealt out to ranks in their order, so a team has consecutive ranks, and the rows of
/// a node are consecutive too. Where fewer ranks than those of a node may share memory, a "node" here is such a part of
/// it.
class NodeTeam {
 public:
  /// Joins the ranks of each node to a team. `most` says how many ranks may share memory, 0 for all of a node. Returns
  /// null where ranks have to exchange by messages: where no node has several ranks, the ranks of a node are not
  /// consecutive, or the memory cannot be had. **Collective.**
  static std::shared_ptr<NodeTeam> join(const Communicator& world, int most);

  /// The ranks of this rank's node.
  const Communicator& node() const { return node_; }
  bool is_leader() const { return node_.is_root(); }
  int nodes() const { return nodes_; }

  /// The leaders of all nodes. Only a leader may ask, and only where there are several nodes.
  const Communicator& leaders() const { return *leaders_; }

  /// The first rank of each node, followed by the number of ranks. Only a leader knows them.
  std::span<const int> first_ranks() const { return first_ranks_; }

  /// Waits for all ranks of the node. **Collective** over the node.
  void meet() { flags_.meet(); }

  /// Adds the values of all ranks of all nodes element by element, in place. **Collective.**
  void sum(std::span<std::int64_t> values);

 private:
  NodeTeam(const Communicator& world, Communicator node);
  void sum_few(std::span<std::int64_t> values);
  std::int64_t* slot(int rank) const;
  std::int64_t* total() const { return slot(node_.size()); }

  Communicator node_;
  std::optional<Communicator> leaders_;
  std::vector<int> first_ranks_;
  int nodes_ = 1;
  SharedMemory memory_;  ///< flags, then two sets of slots: one slot for each rank, and one for the total
  NodeFlags flags_;
  Index set_ = 0;  ///< the set of slots of the last sum; ranks may still read it when some begin with the next
};

}  // namespace fullforce

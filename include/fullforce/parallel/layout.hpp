#pragma once
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/parallel/row_partition.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

/// The part of this rank in a distributed computation. A layout knows the communicator, how the rows of a matrix are
/// distributed over its ranks, and how many threads each rank has for its rows.
class Layout {
 public:
  Layout(const Communicator& comm, Index rows, int threads = thread_count())
      : comm_(&comm),
        threads_(threads),
        partition_(rows, comm.size(), comm.sharing()),
        first_row_(partition_.first_row(comm.rank())),
        local_rows_(partition_.row_count(comm.rank())),
        local_blocks_(partition_.block_count(comm.rank())) {}

  const Communicator& comm() const { return *comm_; }
  const RowPartition& partition() const { return partition_; }
  int threads() const { return threads_; }
  Index rows() const { return partition_.rows(); }
  Index local_rows() const { return local_rows_; }
  Index first_row() const { return first_row_; }
  Index local_blocks() const { return local_blocks_; }
  RowBlock block(Index k) const { return partition_.block(first_row_, local_rows_, k); }

  /// Calls work(block) for every block of this rank, distributed over the threads. `work` must not throw.
  template <class Work>
  void for_each_block(const Work& work, Direction direction = Direction::forwards) const {
    in_parallel(Loop(
        local_blocks_, [&](Index k) { work(block(k)); }, direction));
  }

  /// Does the same for work that may throw, as work that allocates memory may.
  template <class Work>
  void try_each_block(const Work& work) const {
    try_each_in_parallel(local_blocks_, [&](Index k) { work(block(k)); });
  }

 private:
  const Communicator* comm_;
  int threads_;
  RowPartition partition_;
  // These values belong to this rank. They are computed once, since they cost divisions and every block asks for them.
  Index first_row_;
  Index local_rows_;
  Index local_blocks_;
};

}  // namespace fullforce

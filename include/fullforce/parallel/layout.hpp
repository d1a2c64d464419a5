#pragma once
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/parallel/row_partition.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

/// Where this rank stands: the communicator and how the neurons' rows are dealt out over it.
class Layout {
 public:
  Layout(const Communicator& comm, Index rows) : comm_(&comm), partition_(rows, comm.size()) {}

  const Communicator& comm() const { return *comm_; }
  const RowPartition& partition() const { return partition_; }
  Index rows() const { return partition_.rows(); }
  Index local_rows() const { return partition_.row_count(comm_->rank()); }
  Index first_row() const { return partition_.first_row(comm_->rank()); }
  Index local_blocks() const { return partition_.block_count(comm_->rank()); }
  RowBlock block(Index k) const { return partition_.block(comm_->rank(), k); }

  /// work(block) for every block of this rank, spread over the threads.
  template <class Work>
  void for_each_block(const Work& work) const {
    for_each_in_parallel(local_blocks(), [&](Index k) { work(block(k)); });
  }

 private:
  const Communicator* comm_;
  RowPartition partition_;
};

}  // namespace fullforce

#pragma once
#include <span>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/parallel/node_memory.hpp"
#include "fullforce/parallel/shared_memory.hpp"

namespace fullforce {

/// Numbers that are the same on all ranks and do not change once they are written. The ranks of a node hold them once
/// together. Where ranks cannot share memory, each of them holds the numbers for itself.
class NodeArray {
 public:
  NodeArray() = default;

  /// Allocates shared memory for `count` numbers on the node of which `node` has all ranks. It does not throw; where
  /// the memory cannot be had, the array is not shared. **Collective** over `node`.
  NodeArray(const Communicator& node, Index count, Sharing sharing = Sharing::within_node);

  bool is_shared() const { return shared_.is_there(); }

  /// Whether this rank has to write the numbers. If they are shared, one rank of the node writes them. The others may
  /// read them after a collective that this rank calls after writing.
  bool is_writer() const { return is_leader_ || !is_shared(); }

  /// The numbers, for a rank that has to write them. If they are not shared, the first call allocates them, and throws
  /// std::bad_alloc if there is not enough memory.
  std::span<double> to_write();

  std::span<const double> values() const { return {is_shared() ? shared() : own_.data(), as_size(size_)}; }

  /// The memory that the array takes.
  MemoryNeed memory() const;

 private:
  Index bytes() const { return size_ * static_cast<Index>(sizeof(double)); }
  double* shared() const { return reinterpret_cast<double*>(shared_.data()); }

  Index size_ = 0;
  bool is_leader_ = true;
  SharedMemory shared_;
  AlignedArray<double> own_;
};

}  // namespace fullforce

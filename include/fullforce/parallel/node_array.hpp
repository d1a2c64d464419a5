#pragma once
#include <memory>
#include <span>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/parallel/node_memory.hpp"

namespace fullforce {

/// Whether the ranks of a node hold an array once together, or each of them for itself.
enum class Sharing { within_node, none };

namespace detail {
/// Gives back memory that was mapped into this process.
struct Unmap {
  std::size_t bytes = 0;
  void operator()(double* data) const;
};
}  // namespace detail

/// Numbers that are the same on all ranks and do not change once they are written. The ranks of a node hold them once
/// together, in memory that the kernel gives back when the last rank has ended. Where ranks cannot share memory, each
/// of them holds the numbers for itself. The memory does not come from an MPI window, because a window is freed
/// collectively: a rank that ends with an error alone would wait for the others for ever.
class NodeArray {
 public:
  NodeArray() = default;

  /// Allocates shared memory for `count` numbers on the node of which `node` has all ranks. It does not throw; where
  /// the memory cannot be had, the array is not shared. **Collective** over `node`.
  NodeArray(const Communicator& node, Index count, Sharing sharing = Sharing::within_node);

  bool is_shared() const { return shared_ != nullptr; }

  /// Whether this rank has to write the numbers. If they are shared, one rank of the node writes them. The others may
  /// read them after a collective that this rank calls after writing.
  bool is_writer() const { return is_leader_ || !is_shared(); }

  /// The numbers, for a rank that has to write them. If they are not shared, the first call allocates them, and throws
  /// std::bad_alloc if there is not enough memory.
  std::span<double> to_write();

  std::span<const double> values() const { return {is_shared() ? shared_.get() : own_.data(), as_size(size_)}; }

  /// The memory that the array takes.
  MemoryNeed memory() const;

 private:
  void share(const Communicator& node);

  Index size_ = 0;
  bool is_leader_ = true;
  std::unique_ptr<double[], detail::Unmap> shared_;
  AlignedArray<double> own_;
};

}  // namespace fullforce

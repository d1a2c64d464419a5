#pragma once
#include <cstddef>
#include <memory>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

namespace detail {
/// Gives back memory that was mapped into this process.
struct Unmap {
  Index bytes = 0;
  void operator()(std::byte* data) const;
};
}  // namespace detail

/// Memory that the ranks of a node share, which the kernel gives back when the last of them has ended. It is zero at
/// first, and begins on a page. It does not come from an MPI window, because a window is freed collectively: a rank
/// that ends with an error alone would wait for the others for ever.
class SharedMemory {
 public:
  /// The ranks that may write: the first of the node, or all.
  enum class Writers { leader, all };

  SharedMemory() = default;

  /// Allocates `bytes` bytes on the node of which `node` has all ranks. It does not throw. Where the memory cannot be
  /// had on some rank, no rank has it. **Collective** over `node`.
  SharedMemory(const Communicator& node, Index bytes, Writers writers);

  bool is_there() const { return data_ != nullptr; }
  std::byte* data() const { return data_.get(); }

 private:
  std::unique_ptr<std::byte[], detail::Unmap> data_;
};

}  // namespace fullforce

#include "fullforce/parallel/node_array.hpp"

namespace fullforce {

NodeArray::NodeArray(const Communicator& node, Index count, Sharing sharing)
    : size_(count), is_leader_(node.is_root()) {
  if (sharing == Sharing::within_node) shared_ = SharedMemory(node, bytes(), SharedMemory::Writers::leader);
}

std::span<double> NodeArray::to_write() {
  if (!is_shared() && own_.size() != size_) own_ = AlignedArray<double>(size_);
  return {is_shared() ? shared() : own_.data(), as_size(size_)};
}

MemoryNeed NodeArray::memory() const { return is_shared() ? MemoryNeed{0, bytes()} : MemoryNeed{bytes(), 0}; }

}  // namespace fullforce

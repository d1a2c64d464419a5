#pragma once
#include <string>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Memory in bytes.
struct MemoryNeed {
  Index rank = 0;  ///< memory that this rank takes for itself
  Index node = 0;  ///< memory that the ranks of a node take once together

  MemoryNeed& operator+=(const MemoryNeed& other) {
    rank += other.rank;
    node += other.node;
    return *this;
  }
  friend MemoryNeed operator+(MemoryNeed a, const MemoryNeed& b) { return a += b; }
};

/// Throws InputError unless what is to be allocated fits into the memory that is left. The ranks of a node share what
/// the node and its control groups leave, and each rank has limits of its own (ulimit). The message names the limit
/// that binds. It begins with `what`, which says what needs the memory, and ends with what to do: `advice`, or what
/// the limit itself suggests. **Collective.**
void require_memory(const Communicator& comm, const MemoryNeed& need, const std::string& what,
                    const std::string& advice);

/// Does the same for memory in bytes that the root alone allocates, which more ranks or nodes would not divide.
/// **Collective.**
void require_memory_on_root(const Communicator& comm, Index bytes, const std::string& what, const std::string& advice);

}  // namespace fullforce

#pragma once
#include <atomic>
#include <cstdint>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Flags in shared memory by which the ranks of a node tell each other how far they have come. A rank arrives, and may
/// do other work before it waits until all others have arrived as well. What a rank wrote to shared memory before it
/// arrived can be read by all that have waited. Such a meeting takes less than a microsecond where each rank has a core
/// of its own; a message takes two or more.
///
/// A rank that waits looks at the flags for about a millisecond. After that it sleeps, so that its core is free for
/// others, and the rank that it waits for wakes it up.
class NodeFlags {
 public:
  /// The memory that the flags of `ranks` ranks take.
  static constexpr Index bytes(int ranks) { return ranks * static_cast<Index>(sizeof(Flag)); }

  NodeFlags() = default;

  /// `memory` is shared by the ranks of `node`, and zero at first. The communicator must outlive the flags.
  NodeFlags(const Communicator& node, std::byte* memory);

  /// Tells the others that this rank has come here, and whether all is `fine` with it.
  void arrive(bool fine = true);

  /// Waits until all ranks have arrived as often as this one. Returns whether all was fine with each of them. If others
  /// keep this rank waiting, it sees to it that messages on their way get on. **Collective** over the node.
  bool wait();

  /// arrive(), then wait(). **Collective** over the node.
  bool meet(bool fine = true) {
    arrive(fine);
    return wait();
  }

 private:
  /// How often a rank has arrived, and whether all was fine at the last arrival of even and of odd number. A rank may
  /// arrive once more before the others have looked. Flags have cache lines of their own.
  struct alignas(2 * alignment_bytes) Flag {
    std::atomic<std::uint32_t> round;     ///< it may begin again from 0
    std::atomic<std::uint32_t> sleepers;  ///< how many ranks sleep until this one arrives
    std::atomic<std::uint32_t> fine[2];
  };
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

  bool has_arrived(const Flag& flag) const;
  void sleep_until_arrival(Flag& flag) const;

  const Communicator* node_ = nullptr;
  Flag* flags_ = nullptr;
  std::uint32_t round_ = 0;
};

}  // namespace fullforce

#include "fullforce/parallel/shared_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "support/soft_limit.hpp"

namespace fullforce {
namespace {

TEST(SharedMemory, IsZeroAndSeenByAllRanksOfANode) {
  const Communicator node = Communicator::world().node();
  const SharedMemory memory(node, 5000, SharedMemory::Writers::all);
  ASSERT_TRUE(memory.is_there());
  EXPECT_TRUE(std::all_of(memory.data(), memory.data() + 5000, [](std::byte b) { return b == std::byte{0}; }));
  node.barrier();
  const int rank = static_cast<int>(node.rank());
  memory.data()[100 * rank] = static_cast<std::byte>(rank + 1);
  node.barrier();
  for (int r = 0; r < node.size(); ++r) EXPECT_EQ(memory.data()[100 * r], static_cast<std::byte>(r + 1));
}

/// A file of memory may not grow beyond this limit, so the memory cannot be had.
TEST(SharedMemory, IsOnNoRankWhereItCannotBeHad) {
  const Communicator node = Communicator::world().node();
  std::signal(SIGXFSZ, SIG_IGN);
  const SoftLimit limit(RLIMIT_FSIZE, 4096);
  EXPECT_FALSE(SharedMemory(node, 5000, SharedMemory::Writers::all).is_there());
  EXPECT_FALSE(SharedMemory(node, 0, SharedMemory::Writers::all).is_there());
}

}  // namespace
}  // namespace fullforce

#include "fullforce/parallel/node_memory.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory.hpp"
#include "support/messages.hpp"
#include "support/soft_limit.hpp"

namespace fullforce {
namespace {

constexpr Index MiB = Index{1} << 20;

std::string refusal(const Communicator& comm, const MemoryNeed& need) {
  return message_of<InputError>([&] { require_memory(comm, need, "a test", "less"); });
}

TEST(RequireMemory, WhatFitsIsAccepted) {
  const Communicator comm = Communicator::world();
  EXPECT_EQ(refusal(comm, {MiB, MiB}), "nothing was thrown");
}

TEST(RequireMemory, TheRanksOfANodeShareItsMemory) {
  const Communicator comm = Communicator::world();
  const Index ranks = comm.node().size();
  const Index left = comm.min(memory_limit_of_node().left);
  if (ranks > 1) {
    EXPECT_EQ(refusal(comm, {left / ranks / 2, 0}), "nothing was thrown");
  }
  const std::string text = refusal(comm, {2 * left / ranks, 0});
  EXPECT_TRUE(says(text, "a test needs"));
  EXPECT_TRUE(says(text, "on a node"));
  EXPECT_TRUE(says(text, fmt::format("{} rank(s) on it", ranks)));
  EXPECT_TRUE(says(text, "use less, more nodes, or"));
  EXPECT_EQ(refusal(comm, {0, left / 2}), "nothing was thrown") << "the ranks take it once together";
  EXPECT_TRUE(says(refusal(comm, {0, 2 * left}), "for all of them"));
}

TEST(RequireMemory, WhatTheRootAloneNeedsIsNotDivided) {
  const Communicator comm = Communicator::world();
  const auto refusal_on_root = [&](Index bytes) {
    return message_of<InputError>([&] { require_memory_on_root(comm, bytes, "a test", "less"); });
  };
  EXPECT_EQ(refusal_on_root(MiB), "nothing was thrown");
  const std::string text = refusal_on_root(unlimited_bytes - 1);
  EXPECT_TRUE(says(text, "on one rank"));
  EXPECT_TRUE(says(text, "use less, a "));
  EXPECT_FALSE(says(text, "more nodes"));
}

TEST(RequireMemory, EachRankHasLimitsOfItsOwn) {
  const Communicator comm = Communicator::world();
  const bool last = comm.rank() == Rank{comm.size() - 1};
  const Index used = (Index{1} << 40) - [] {
    const SoftLimit limit(RLIMIT_AS, Index{1} << 40);
    return address_space_limit().left;
  }();
  const Index here = comm.max(used) + 64 * MiB;
  const SoftLimit limit(RLIMIT_AS, last ? here : 1000 * here);
  EXPECT_EQ(refusal(comm, {16 * MiB, 16 * MiB}), "nothing was thrown");
  for (const MemoryNeed& need : {MemoryNeed{100 * MiB, 0}, MemoryNeed{0, 100 * MiB}, MemoryNeed{50 * MiB, 50 * MiB}}) {
    const std::string text = refusal(comm, need);
    EXPECT_TRUE(says(text, "100 MiB on a rank"));
    EXPECT_TRUE(says(text, "ulimit -v"));
    EXPECT_TRUE(says(text, "more ranks, or a higher limit"));
  }
}

TEST(RequireMemory, SharedMemoryIsNoData) {
  const Communicator comm = Communicator::world();
  const Index used = (Index{1} << 40) - [] {
    const SoftLimit limit(RLIMIT_DATA, Index{1} << 40);
    return data_limit().left;
  }();
  const SoftLimit limit(RLIMIT_DATA, comm.max(used) + 64 * MiB);
  EXPECT_EQ(refusal(comm, {0, 100 * MiB}), "nothing was thrown");
  EXPECT_TRUE(says(refusal(comm, {100 * MiB, 0}), "ulimit -d"));
}

}  // namespace
}  // namespace fullforce

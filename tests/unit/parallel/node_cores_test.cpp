#include "fullforce/parallel/node_cores.hpp"

#include <gtest/gtest.h>

#include "fullforce/parallel/threads.hpp"

namespace fullforce {

TEST(NodeCores, EveryThreadGetsACoreOfItsOwn) {
  EXPECT_EQ((NodeCores{16, 16, 1}).threads_a_rank(), 16);
  EXPECT_EQ((NodeCores{16, 16, 4}).threads_a_rank(), 4);
  EXPECT_EQ((NodeCores{16, 4, 4}).threads_a_rank(), 4) << "ranks that are bound";
  EXPECT_EQ((NodeCores{16, 1, 2}).threads_a_rank(), 1) << "a rank that is bound to one core";
  EXPECT_EQ((NodeCores{2, 2, 7}).threads_a_rank(), 1) << "more ranks than cores";
}

TEST(NodeCores, AreSharedByTooManyThreads) {
  EXPECT_FALSE((NodeCores{4, 4, 2}).are_shared_by(2));
  EXPECT_TRUE((NodeCores{4, 4, 2}).are_shared_by(3));
  EXPECT_TRUE((NodeCores{4, 1, 2}).are_shared_by(2)) << "two threads on the one core of a rank";
}

TEST(NodeCores, CountTheRanksOfTheNode) {
  const auto comm = Communicator::world();
  const NodeCores found = node_cores(comm);
  EXPECT_EQ(found.ranks, comm.size());
  EXPECT_EQ(found.own, core_count());
  EXPECT_GE(found.cores, found.own);
}

}  // namespace fullforce

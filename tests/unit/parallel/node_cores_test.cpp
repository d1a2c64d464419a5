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

CoreSet cores(std::initializer_list<std::size_t> numbers) {
  CoreSet set;
  for (const std::size_t number : numbers) set.set(number);
  return set;
}

bool share(std::initializer_list<CoreSet> threads) { return have_to_share(std::vector<CoreSet>(threads)); }

TEST(NodeCores, AreSharedByTooManyThreads) {
  const CoreSet both = cores({0, 1}), high = cores({1000, 1001});
  EXPECT_FALSE(share({both, both}));
  EXPECT_TRUE(share({both, both, both}));
  EXPECT_FALSE(share({both, both, high, high})) << "two ranks that are bound";
  EXPECT_TRUE(share({both, both, both, high})) << "three threads of a rank that is bound to two cores";
}

TEST(NodeCores, AreSharedByThreadsBoundToTheSameOnes) {
  EXPECT_FALSE(share({cores({0}), cores({1})}));
  EXPECT_TRUE(share({cores({0}), cores({0})})) << "OMP_PLACES={0} on two ranks";
  EXPECT_TRUE(share({cores({0}), cores({1}), cores({0}), cores({1})})) << "equal places on two ranks";
  EXPECT_FALSE(share({cores({0}), cores({0, 1})})) << "one is bound, and the other may evade it";
  EXPECT_TRUE(share({cores({0}), cores({1}), cores({0, 1})}));
  EXPECT_FALSE(share({}));
}

TEST(NodeCores, CountTheRanksOfTheNode) {
  const auto comm = Communicator::world();
  const NodeCores found = node_cores(comm);
  EXPECT_EQ(found.ranks, comm.size());
  EXPECT_EQ(found.own, core_count());
  EXPECT_GE(found.cores, found.own);
}

TEST(NodeCores, AreAskedOfEveryThread) {
  const auto comm = Communicator::world();
  const int before = thread_count();
  set_thread_count(static_cast<int>(comm.rank()) == 0 ? 3 : 1);
  const std::vector<CoreSet> found = cores_of_threads(comm);
  set_thread_count(before);
  EXPECT_EQ(static_cast<int>(found.size()), comm.size() + 2);
  for (const CoreSet& of_thread : found) EXPECT_TRUE(of_thread.any());
}

}  // namespace fullforce

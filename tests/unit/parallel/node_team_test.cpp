#include "fullforce/parallel/node_team.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fullforce {
namespace {

/// A communicator whose nodes have at most `most` ranks each, as if the ranks ran on several nodes.
Communicator world_of_nodes(int most) {
  Communicator world = Communicator::world(Sharing::none);
  world.share_memory(most);
  return world;
}

/// What rank `rank` adds to sum k. Its upper half would not survive a sum in 32 bits.
std::int64_t part(std::int64_t rank, std::size_t k) {
  return (rank + 1) * (static_cast<std::int64_t>(k) - 7) * 1'000'000'007;
}

TEST(NodeTeam, AddsAsMessagesDo) {
  for (const int most : {0, 1, 2}) {
    const Communicator world = world_of_nodes(most);
    const std::int64_t n = world.size();
    for (const std::size_t count : {1, 3, 64, 341, 342, 4096, 4097, 20'000}) {
      for (int again = 0; again < 3; ++again) {
        std::vector<std::int64_t> values(count);
        for (std::size_t k = 0; k < count; ++k) values[k] = part(static_cast<std::int64_t>(world.rank()), k + again);
        world.sum(values);
        for (std::size_t k = 0; k < count; ++k)
          ASSERT_EQ(values[k], part(0, k + again) * n * (n + 1) / 2) << count << " sums, at most " << most << " ranks";
      }
    }
  }
}

TEST(NodeTeam, JoinsTheRanksOfANode) {
  for (const int most : {0, 2}) {
    const Communicator world = world_of_nodes(most);
    if (world.size() == 1) {
      EXPECT_EQ(world.team(), nullptr) << "nobody to share with";
      continue;
    }
    ASSERT_NE(world.team(), nullptr);
    const NodeTeam& team = *world.team();
    EXPECT_EQ(team.nodes(), most == 0 ? 1 : (world.size() + 1) / 2);
    EXPECT_EQ(world.sum(std::int64_t{team.is_leader()}), team.nodes());
    if (team.nodes() > 1 && team.is_leader()) {
      EXPECT_EQ(team.leaders().size(), team.nodes());
      EXPECT_EQ(team.first_ranks().size(), as_size(team.nodes() + 1));
      EXPECT_EQ(team.first_ranks()[1], 2);
    }
  }
}

TEST(NodeTeam, IsNotThereWhereNothingIsShared) {
  EXPECT_EQ(world_of_nodes(1).team(), nullptr);
  EXPECT_EQ(Communicator::world(Sharing::none).team(), nullptr);
  EXPECT_EQ(Communicator::self().team(), nullptr);
}

TEST(NodeTeam, CountsASumAsOneCollective) {
  const Communicator world = Communicator::world();
  std::vector<std::int64_t> values(10'000);
  world.sum(values);
  world.meet();
  EXPECT_EQ(world.calls(), 1);
}

}  // namespace
}  // namespace fullforce

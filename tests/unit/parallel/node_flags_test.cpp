#include "fullforce/parallel/node_flags.hpp"

#include <gtest/gtest.h>

#include "fullforce/parallel/shared_memory.hpp"

namespace fullforce {
namespace {

/// Flags and one number for each rank of the node.
struct Board {
  Communicator node = Communicator::world(Sharing::none).node();
  SharedMemory memory{node, NodeFlags::bytes(node.size()) + node.size() * Index{8}, SharedMemory::Writers::all};
  NodeFlags flags{node, memory.data()};

  int rank() const { return static_cast<int>(node.rank()); }
  std::int64_t& number(int rank) {
    return reinterpret_cast<std::int64_t*>(memory.data() + NodeFlags::bytes(node.size()))[rank];
  }
};

TEST(NodeFlags, WhatWasWrittenBeforeIsReadAfterwards) {
  Board board;
  for (std::int64_t round = 1; round < 2000; ++round) {
    board.number(board.rank()) = 10 * round + board.rank();
    board.flags.arrive();
    EXPECT_TRUE(board.flags.wait());
    for (int rank = 0; rank < board.node.size(); ++rank) ASSERT_EQ(board.number(rank), 10 * round + rank);
    board.flags.meet();  // all have read
  }
}

/// A rank may have arrived once more before another one looks whether all was fine.
TEST(NodeFlags, EveryRankLearnsWhoWasNotFine) {
  Board board;
  for (int round = 0; round < 500; ++round) {
    const int bad = round % (board.node.size() + 1);
    ASSERT_EQ(board.flags.meet(board.rank() != bad), bad == board.node.size()) << "round " << round;
  }
}

}  // namespace
}  // namespace fullforce

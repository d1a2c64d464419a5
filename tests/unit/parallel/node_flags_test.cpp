#include "fullforce/parallel/node_flags.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <thread>

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

double processor_seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// A rank that others keep waiting leaves its core to whoever needs it.
TEST(NodeFlags, ALongWaitTakesLittleOfAProcessor) {
  Board board;
  board.flags.meet();
  const double before = processor_seconds();
  if (board.rank() == board.node.size() - 1) std::this_thread::sleep_for(std::chrono::milliseconds(500));
  board.flags.meet();
  EXPECT_LT(processor_seconds() - before, 0.2);
}

}  // namespace
}  // namespace fullforce

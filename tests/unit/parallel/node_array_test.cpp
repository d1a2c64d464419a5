#include "fullforce/parallel/node_array.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <utility>

#include "support/soft_limit.hpp"

namespace fullforce {
namespace {

/// Writes the numbers k + 0.5 on the ranks that have to, and counts the wrong ones on every rank.
Index wrong_numbers(const Communicator& node, NodeArray& array) {
  if (array.is_writer()) {
    const std::span<double> numbers = array.to_write();
    for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = static_cast<double>(k) + 0.5;
  }
  node.barrier();
  Index wrong = 0;
  for (std::size_t k = 0; k < array.values().size(); ++k) wrong += array.values()[k] != static_cast<double>(k) + 0.5;
  return wrong;
}

TEST(NodeArray, IsOneForTheRanksOfANode) {
  const Communicator node = Communicator::world().node();
  NodeArray array(node, 100'000);
  EXPECT_TRUE(array.is_shared());
  EXPECT_EQ(node.sum(std::int64_t{array.is_writer()}), 1);
  EXPECT_EQ(array.values().size(), 100'000U);
  EXPECT_EQ(wrong_numbers(node, array), 0);
  EXPECT_EQ(array.memory().node, 800'000);
  EXPECT_EQ(array.memory().rank, 0);
}

TEST(NodeArray, IsOneForEachRankWhereNothingIsShared) {
  const Communicator node = Communicator::world().node();
  NodeArray array(node, 1000, Sharing::none);
  EXPECT_FALSE(array.is_shared());
  EXPECT_TRUE(array.is_writer());
  EXPECT_EQ(wrong_numbers(node, array), 0);
  EXPECT_EQ(array.memory().rank, 8000);
  EXPECT_EQ(array.memory().node, 0);
}

TEST(NodeArray, MayHaveNoNumbers) {
  const Communicator node = Communicator::world().node();
  NodeArray array(node, 0);
  EXPECT_EQ(wrong_numbers(node, array), 0);
  EXPECT_TRUE(array.values().empty());
}

TEST(NodeArray, StaysWhereItIsWhenItMoves) {
  const Communicator node = Communicator::world().node();
  NodeArray first(node, 1000);
  const double* where = first.values().data();
  NodeArray second = std::move(first);
  EXPECT_EQ(second.values().data(), where);
  EXPECT_EQ(wrong_numbers(node, second), 0);
}

/// The ranks that are left go on with the array, so a rank that ends with an error of its own makes no other one wait.
TEST(NodeArray, EndsOnARankWithoutTheOthers) {
  const Communicator node = Communicator::world().node();
  std::optional<NodeArray> array(std::in_place, node, 1000);
  EXPECT_EQ(wrong_numbers(node, *array), 0);
  if (node.is_root()) array.reset();
  node.barrier();
  if (array) {
    EXPECT_EQ(array->values()[999], 999.5);
  }
}

/// A file of memory may not grow beyond this limit, so the memory cannot be had.
TEST(NodeArray, IsNotSharedWhereTheMemoryCannotBeHad) {
  const Communicator node = Communicator::world().node();
  std::signal(SIGXFSZ, SIG_IGN);
  NodeArray array;
  {
    const SoftLimit limit(RLIMIT_FSIZE, 4096);
    array = NodeArray(node, 1000);
  }
  EXPECT_FALSE(array.is_shared());
  EXPECT_EQ(wrong_numbers(node, array), 0);
}

}  // namespace
}  // namespace fullforce

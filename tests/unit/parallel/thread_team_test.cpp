#include "fullforce/parallel/thread_team.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "fullforce/parallel/threads.hpp"

namespace fullforce {
namespace {

/// With so many threads, whatever the test was started with.
class ThreadTeams : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    before_ = thread_count();
    set_thread_count(GetParam());
  }
  void TearDown() override { set_thread_count(before_); }

 private:
  int before_ = 1;
};

/// Which thread does which part of a loop of so many.
std::vector<int> owners(Index count) {
  std::vector<int> owner(static_cast<std::size_t>(count), -1);
  for_each_in_parallel(count, [&](Index k) { owner[static_cast<std::size_t>(k)] = thread_index(); });
  return owner;
}

TEST_P(ThreadTeams, DoWhatParallelRegionsDo) {
  for (const Index count : {0, 1, 5, 64}) {
    const std::vector<int> expected = owners(count);
    ThreadTeam::stand_by([&] { EXPECT_EQ(owners(count), expected); });
  }
}

TEST_P(ThreadTeams, DoOneLoopAfterAnother) {
  std::vector<Index> sums(static_cast<std::size_t>(GetParam()));
  ThreadTeam::stand_by([&] {
    for (Index loop = 0; loop < 20000; ++loop)
      for_each_in_parallel(GetParam(), [&](Index k) {
        // Each thread adds what its neighbour had after the loop before.
        if (loop % 2 == 0) sums[static_cast<std::size_t>(k)] += 1;
      });
  });
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), Index{0}), 10000 * GetParam());
}

TEST_P(ThreadTeams, WaitBetweenLoopsThatDependOnEachOther) {
  const Index count = 3 * GetParam();
  std::vector<Index> first(static_cast<std::size_t>(count)), second(first);
  ThreadTeam::stand_by([&] {
    for (Index loop = 1; loop <= 500; ++loop)
      for_each_in_parallel(
          0, [](Index) {}, count, [&](Index k) { first[static_cast<std::size_t>(k)] = loop; }, count,
          [&](Index k) {
            second[static_cast<std::size_t>(k)] += first[static_cast<std::size_t>(count - 1 - k)] == loop;
          });
  });
  EXPECT_EQ(second, std::vector<Index>(static_cast<std::size_t>(count), 500));
}

TEST_P(ThreadTeams, AreAtHandInTheProgramButNotInItsLoops) {
  EXPECT_EQ(ThreadTeam::at_hand(), nullptr);
  ThreadTeam::stand_by([&] {
    EXPECT_EQ(ThreadTeam::at_hand() != nullptr, GetParam() > 1);
    for_each_in_parallel(GetParam(), [](Index) { EXPECT_EQ(ThreadTeam::at_hand(), nullptr); });
    ThreadTeam::stand_by([&] { EXPECT_EQ(owners(8).size(), 8U) << "a program in a program"; });
  });
  EXPECT_EQ(ThreadTeam::at_hand(), nullptr);
}

TEST_P(ThreadTeams, WakeUpWhenTheyHaveGoneToSleep) {
  ThreadTeam::stand_by([&] {
    const std::vector<int> expected = owners(16);
    for (int k = 0; k < 5; ++k) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      EXPECT_EQ(owners(16), expected);
    }
  });
}

TEST_P(ThreadTeams, GoHomeWhenTheProgramThrows) {
  EXPECT_THROW(ThreadTeam::stand_by([] {
                 owners(4);
                 throw std::runtime_error("no");
               }),
               std::runtime_error);
  EXPECT_EQ(ThreadTeam::at_hand(), nullptr);
  EXPECT_EQ(owners(4).size(), 4U);
}

INSTANTIATE_TEST_SUITE_P(Of, ThreadTeams, testing::Values(1, 2, 3, 5));

}  // namespace
}  // namespace fullforce

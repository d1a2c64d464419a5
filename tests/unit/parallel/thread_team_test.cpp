#include "fullforce/parallel/thread_team.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "fullforce/parallel/threads.hpp"
#include "fullforce/parallel/waiting.hpp"

namespace fullforce {
namespace {

struct Team {
  int threads;
  bool share_cores;
};

/// These tests run with so many threads, which share cores or do not, whatever the test program was started with.
class ThreadTeams : public testing::TestWithParam<Team> {
 protected:
  void SetUp() override {
    before_ = thread_count();
    set_thread_count(GetParam().threads);
    set_cores_are_shared(GetParam().share_cores);
  }
  void TearDown() override {
    set_thread_count(before_);
    set_cores_are_shared(false);
  }

 private:
  int before_ = 1;
};

/// Returns which thread does which part of a loop of so many parts.
std::vector<int> owners(Index count) {
  std::vector<int> owner(as_size(count), -1);
  for_each_in_parallel(count, [&](Index k) { owner[as_size(k)] = thread_index(); });
  return owner;
}

TEST_P(ThreadTeams, DoWhatParallelRegionsDo) {
  for (const Index count : {0, 1, 5, 64}) {
    const std::vector<int> expected = owners(count);
    ThreadTeam::stand_by([&] { EXPECT_EQ(owners(count), expected); });
  }
}

TEST_P(ThreadTeams, SeeWhatTheirNeighboursDidInTheLoopBefore) {
  const std::size_t count = as_size(GetParam().threads);
  std::vector<Index> now(count), before(count);
  ThreadTeam::stand_by([&] {
    for (Index loop = 0; loop < 2000; ++loop) {
      now.swap(before);
      for_each_in_parallel(GetParam().threads,
                           [&](Index k) { now[as_size(k)] = before[(as_size(k) + 1) % count] + 1; });
    }
  });
  EXPECT_EQ(now, std::vector<Index>(count, 2000));
}

TEST_P(ThreadTeams, BringOutWhatALoopThrows) {
  std::vector<int> done(64);
  const auto loop = [&] {
    try_each_in_parallel(64, [&](Index k) {
      if (k % 7 == 3) throw std::length_error("no room");
      done[as_size(k)] = 1;
    });
  };
  EXPECT_THROW(loop(), std::length_error);
  EXPECT_THROW(ThreadTeam::stand_by(loop), std::length_error);
  for (Index k = 0; k < 64; ++k) EXPECT_EQ(done[as_size(k)], k % 7 == 3 ? 0 : 1) << "the others are done";
  EXPECT_NO_THROW(try_each_in_parallel(64, [](Index) {}));
}

TEST_P(ThreadTeams, AreAsManyAsOpenMPGives) {
  const int levels = omp_get_max_active_levels();
  omp_set_max_active_levels(0);
  ThreadTeam::stand_by([&] {
    EXPECT_EQ(owners(6), std::vector<int>(6, 0));
    EXPECT_EQ(thread_count(), GetParam().threads) << "memory was set out for so many";
  });
  omp_set_max_active_levels(levels);
}

TEST_P(ThreadTeams, DoALoopInALoopAlone) {
  std::vector<Index> sums(as_size(GetParam().threads));
  const auto nested = [&] {
    for_each_in_parallel(GetParam().threads,
                         [&](Index k) { for_each_in_parallel(10, [&](Index l) { sums[as_size(k)] += l; }); });
  };
  nested();
  ThreadTeam::stand_by(nested);
  EXPECT_EQ(sums, std::vector<Index>(as_size(GetParam().threads), 90));
}

TEST_P(ThreadTeams, WaitBetweenLoopsThatDependOnEachOther) {
  const Index count = 3 * GetParam().threads;
  std::vector<Index> first(as_size(count)), second(first);
  ThreadTeam::stand_by([&] {
    for (Index loop = 1; loop <= 500; ++loop)
      in_parallel(Loop(count, [&](Index k) { first[as_size(k)] = loop; }), AllThere{true},
                  Loop(count, [&](Index k) { second[as_size(k)] += first[as_size(count - 1 - k)] == loop; }));
  });
  EXPECT_EQ(second, std::vector<Index>(as_size(count), 500));
}

TEST_P(ThreadTeams, GoThroughTheSameSharesBackwards) {
  const Index count = 5 * GetParam().threads + 1;
  std::vector<Index> turn(as_size(count), -1);  // of an element in its thread
  std::vector<int> owner(turn.size(), -1);
  std::vector<Index> done(as_size(GetParam().threads));
  in_parallel(Loop(
      count,
      [&](Index k) {
        owner[as_size(k)] = thread_index();
        turn[as_size(k)] = done[as_size(thread_index())]++;
      },
      Direction::backwards));
  EXPECT_EQ(owner, owners(count));
  for (std::size_t k = 1; k < turn.size(); ++k)
    EXPECT_TRUE(owner[k] != owner[k - 1] || turn[k - 1] == turn[k] + 1) << k;
}

TEST_P(ThreadTeams, AreAtHandInTheProgramButNotInItsLoops) {
  EXPECT_EQ(ThreadTeam::at_hand(), nullptr);
  ThreadTeam::stand_by([&] {
    EXPECT_EQ(ThreadTeam::at_hand() != nullptr, GetParam().threads > 1);
    for_each_in_parallel(GetParam().threads, [](Index) { EXPECT_EQ(ThreadTeam::at_hand(), nullptr); });
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

INSTANTIATE_TEST_SUITE_P(Of, ThreadTeams,
                         testing::Values(Team{1, false}, Team{2, false}, Team{3, false}, Team{5, false}, Team{1, true},
                                         Team{2, true}, Team{5, true}));

}  // namespace
}  // namespace fullforce

#include "fullforce/parallel/mpi.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

int number(Rank rank) { return static_cast<int>(rank); }
Rank last(const Communicator& comm) { return Rank{comm.size() - 1}; }

TEST(Communicator, KnowsItsPlace) {
  const Communicator comm = Communicator::world();
  EXPECT_GE(number(comm.rank()), 0);
  EXPECT_LT(number(comm.rank()), comm.size());
  EXPECT_EQ(comm.is_root(), number(comm.rank()) == 0);
  const std::vector<std::int64_t> ranks = comm.all_gather(static_cast<std::int64_t>(comm.rank()));
  EXPECT_EQ(ranks.size(), as_size(comm.size()));
  for (std::size_t r = 0; r < ranks.size(); ++r) EXPECT_EQ(ranks[r], static_cast<std::int64_t>(r));
}

TEST(Communicator, SumsIntegers) {
  const Communicator comm = Communicator::world();
  const std::int64_t n = comm.size();
  const std::int64_t r = number(comm.rank());
  std::vector<std::int64_t> values = {1, r, -r, std::int64_t{1} << 58};
  comm.sum(values);
  EXPECT_EQ(values, (std::vector<std::int64_t>{n, n * (n - 1) / 2, -n * (n - 1) / 2, n * (std::int64_t{1} << 58)}));
  EXPECT_EQ(comm.sum(r + 1), n * (n + 1) / 2);
}

TEST(Communicator, SumsNothing) {
  const Communicator comm = Communicator::world();
  comm.sum(std::span<std::int64_t>());
  EXPECT_EQ(comm.sum(std::int64_t{1}), comm.size());
}

TEST(Communicator, FindsTheLargestAndSmallest) {
  const Communicator comm = Communicator::world();
  const int r = number(comm.rank());
  EXPECT_EQ(comm.max(-0.5 * r), 0.0);
  EXPECT_EQ(comm.max(std::int64_t{r} - 10), comm.size() - 11);
  EXPECT_EQ(comm.min(std::int64_t{r} - 10), -10);
}

TEST(Communicator, GathersInRankOrder) {
  const Communicator comm = Communicator::world();
  const std::vector<double> all = comm.all_gather(0.25 * number(comm.rank()));
  EXPECT_EQ(all.size(), as_size(comm.size()));
  for (std::size_t r = 0; r < all.size(); ++r) EXPECT_EQ(all[r], 0.25 * static_cast<double>(r));
}

TEST(Communicator, BroadcastsFromAnyRank) {
  const Communicator comm = Communicator::world();
  for (int root = 0; root < comm.size(); ++root) {
    std::vector<double> reals = {1.5 * number(comm.rank()), -1.0};
    std::vector<std::int64_t> integers = {number(comm.rank()), (std::int64_t{1} << 62) + number(comm.rank())};
    comm.broadcast(std::span<double>(reals), Rank{root});
    comm.broadcast(std::span<std::int64_t>(integers), Rank{root});
    EXPECT_EQ(reals, (std::vector<double>{1.5 * root, -1.0}));
    EXPECT_EQ(integers, (std::vector<std::int64_t>{root, (std::int64_t{1} << 62) + root}));
  }
}

TEST(Communicator, BroadcastsTextsOfAnyLength) {
  const Communicator comm = Communicator::world();
  for (const std::string& sent : {std::string(), std::string("one line\nand another"), std::string(100'000, 'x')}) {
    std::string text = comm.rank() == last(comm) ? sent : std::string(as_size(number(comm.rank())) + 3, '?');
    comm.broadcast(text, last(comm));
    EXPECT_EQ(text, sent);
  }
}

TEST(Communicator, FindsTheRanksOfItsNode) {
  const Communicator comm = Communicator::world();
  const Communicator node = comm.node();
  EXPECT_GE(node.size(), 1);
  EXPECT_LE(node.size(), comm.size());
  EXPECT_EQ(node.sum(std::int64_t{1}), node.size());
}

TEST(Communicator, MovesWithItsCount) {
  Communicator first = Communicator::world();
  first.barrier();
  Communicator second = std::move(first);
  EXPECT_EQ(second.calls(), 1);
  Communicator third = Communicator::world();
  third = std::move(second);
  EXPECT_EQ(third.calls(), 1);
  EXPECT_EQ(third.sum(std::int64_t{1}), third.size());
}

/// The number of collectives that `work` makes.
template <class Work>
Index calls_of(const Communicator& comm, const Work& work) {
  const Index before = comm.calls();
  work();
  return comm.calls() - before;
}

TEST(Communicator, CountsItsCollectives) {
  const Communicator comm = Communicator::world();
  EXPECT_EQ(comm.calls(), 0);
  std::vector<double> reals(3);
  std::vector<std::int64_t> integers(3);
  std::string text = "text";
  EXPECT_EQ(calls_of(comm, [&] { comm.barrier(); }), 1);
  EXPECT_EQ(calls_of(comm, [&] { comm.broadcast(std::span<double>(reals)); }), 1);
  EXPECT_EQ(calls_of(comm, [&] { comm.broadcast(std::span<std::int64_t>(integers)); }), 1);
  EXPECT_EQ(calls_of(comm, [&] { comm.broadcast(text); }), 2) << "length and text";
  EXPECT_EQ(calls_of(comm, [&] { comm.sum(integers); }), 1);
  EXPECT_EQ(calls_of(comm, [&] { comm.max(1.0); }), 1);
  EXPECT_EQ(calls_of(comm, [&] { comm.min(std::int64_t{1}); }), 1);
  EXPECT_EQ(calls_of(comm, [&] { comm.all_gather(1.0); }), 1);
  EXPECT_EQ(calls_of(comm, [&] { agree(comm, [] {}); }), 1) << "agreeing that all is well must be cheap";
}

/// Elements that are exact in single precision too.
template <class T>
T element(Index row, Index column) {
  return static_cast<T>(7 * row + column);
}

template <class T>
void check_gather(const Communicator& comm, Index rows, Index width, bool in_two_parts) {
  const RowPartition partition(rows, comm.size());
  RowGather gather(comm, partition, width);
  const Index first = partition.first_row(comm.rank());
  std::vector<T> all(as_size(rows * width), T(-1));
  for (Index i = first; i < first + partition.row_count(comm.rank()); ++i)
    for (Index j = 0; j < width; ++j) all[as_size(i * width + j)] = element<T>(i, j);

  const auto start_and_finish = [&] {
    gather.start(std::span<T>(all));
    gather.finish();
  };
  EXPECT_EQ(calls_of(comm, [&] { in_two_parts ? start_and_finish() : gather(std::span<T>(all)); }), 1);
  gather.finish();  // there is nothing to wait for, because nothing moves

  Index wrong = 0;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < width; ++j) wrong += all[as_size(i * width + j)] == element<T>(i, j) ? 0 : 1;
  EXPECT_EQ(wrong, 0) << rows << " rows of " << width;
}

// If there is one block of rows, all ranks but one are empty.
TEST(RowGather, MakesTheWholeOnEveryRank) {
  const Communicator comm = Communicator::world();
  for (Index rows : {1, 15, 16, 17, 33, 300, 1000})
    for (Index width : {1, 3, 16})
      for (bool in_two_parts : {false, true}) {
        check_gather<double>(comm, rows, width, in_two_parts);
        check_gather<float>(comm, rows, width, in_two_parts);
      }
}

/// Returns "input error: text", "run error: text", or "fine".
std::string outcome_of_agree(const Communicator& comm, const std::function<void()>& work) {
  try {
    agree(comm, work);
  } catch (const InputError& error) {
    return std::string("input error: ") + error.what();
  } catch (const RunError& error) {
    return std::string("run error: ") + error.what();
  }
  return "fine";
}

TEST(ThreadLevel, SeveralThreadsNeedThatTheMainThreadMayCallMpiAmongOthers) {
  for (const int granted : {MPI_THREAD_FUNNELED, MPI_THREAD_SERIALIZED, MPI_THREAD_MULTIPLE})
    for (const int threads : {1, 2, 64}) EXPECT_NO_THROW(require_thread_level(granted, threads)) << granted;
  EXPECT_NO_THROW(require_thread_level(MPI_THREAD_SINGLE, 1));
  try {
    require_thread_level(MPI_THREAD_SINGLE, 4);
    ADD_FAILURE() << "four threads must be refused";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("MPI_THREAD_FUNNELED"), std::string::npos) << error.what();
  }
}

TEST(ThreadLevel, IsTheOneThatTheEnvironmentAsksFor) { EXPECT_GE(granted_thread_level(), MPI_THREAD_FUNNELED); }

TEST(Agree, IsSilentWhereNoRankFails) {
  const Communicator comm = Communicator::world();
  int done = 0;
  EXPECT_EQ(outcome_of_agree(comm, [&] { ++done; }), "fine");
  EXPECT_EQ(done, 1);
}

TEST(Agree, TellsAllRanksOfAnErrorOnOne) {
  const Communicator comm = Communicator::world();
  for (int bad = 0; bad < comm.size(); ++bad) {
    const auto fails_here = [&] { return comm.rank() == Rank{bad}; };
    EXPECT_EQ(outcome_of_agree(comm,
                               [&] {
                                 if (fails_here()) throw InputError("no such file");
                               }),
              "input error: no such file");
    EXPECT_EQ(outcome_of_agree(comm,
                               [&] {
                                 if (fails_here()) throw RunError("disk full");
                               }),
              "run error: disk full");
    EXPECT_THROW(agree(comm,
                       [&] {
                         if (fails_here()) throw DamageError("cut off");
                       }),
                 DamageError);
    EXPECT_EQ(outcome_of_agree(comm,
                               [&] {
                                 if (fails_here()) throw std::out_of_range("index");
                               }),
              "run error: index");
    const std::string text = outcome_of_agree(comm, [&] {
      if (fails_here()) throw std::bad_alloc();
    });
    EXPECT_EQ(text.find("run error: an allocation of memory failed (the nearest limit is "), 0U) << text;
  }
}

TEST(Agree, LetsTheLowestRankSpeak) {
  const Communicator comm = Communicator::world();
  const int lowest = comm.size() > 1 ? 1 : 0;
  const auto work = [&] {
    const int r = number(comm.rank());
    if (r == lowest) throw InputError("from rank " + std::to_string(r));
    if (r > lowest) throw RunError("from rank " + std::to_string(r) + ", a longer text");
  };
  EXPECT_EQ(outcome_of_agree(comm, work), "input error: from rank " + std::to_string(lowest));
}

TEST(Agree, LeavesTheCommunicatorUsable) {
  const Communicator comm = Communicator::world();
  EXPECT_EQ(calls_of(comm, [&] { outcome_of_agree(comm, [] { throw RunError("all fail"); }); }), 4);
  EXPECT_EQ(comm.sum(std::int64_t{1}), comm.size());
}

TEST(ExpectSameOnAllRanks, AcceptsEqualValues) {
  const Communicator comm = Communicator::world();
  expect_same_on_all_ranks(comm, 42, "the answer");
  EXPECT_EQ(comm.sum(std::int64_t{1}), comm.size());
}

}  // namespace
}  // namespace fullforce

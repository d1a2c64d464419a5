#include "run_lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "fullforce/base/check.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

class RunLocks : public testing::Test {
 protected:
  fs::path run() const { return folder_ / ""; }
  fs::path log() const { return folder_ / "log.txt"; }

  /// The first rank alone works; the others wait.
  template <class Work>
  void on_root(const Work& work) const {
    if (comm.is_root()) work();
    comm.barrier();
  }

  std::string text_of_log() const {
    std::ifstream in(log());
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// What a lock says when it cannot be taken.
  std::string refusal(const fs::path& folder) const {
    RunLock lock;
    return message_of<InputError>([&] { lock.take(comm, folder); });
  }

  const Communicator comm = Communicator::world();

 private:
  TemporaryFolder folder_{comm};
};

constexpr const char* taken = "nothing was thrown";

TEST_F(RunLocks, KeepASecondRunOutAndSayWhoseFolderItIs) {
  on_root([&] { std::ofstream(log()) << ""; });
  RunLock first;
  first.take_if_used(comm, run());
  first.take(comm, run());  // it has the lock already
  const std::string message = refusal(run());
  EXPECT_TRUE(says(message, "another run writes to " + run().string()));
  EXPECT_TRUE(says(message, "log.txt"));
  EXPECT_TRUE(says(message, "--output")) << "what to do";
  if (comm.size() > 1) return;  // a lock is waited for, so one number of ranks must do for the rest
  RunLock second;
  EXPECT_TRUE(says(message_of<InputError>([&] { second.take_if_used(comm, run()); }), "another run writes to"));
}

TEST_F(RunLocks, AreFreeAgainWhenTheirRunHasEnded) {
  std::optional<RunLock> first(std::in_place);
  first->take(comm, run());
  first.reset();
  comm.barrier();
  EXPECT_EQ(refusal(run()), taken);
}

TEST_F(RunLocks, TakeAFolderThatAnEndedRunHasLeftAndKeepItsLog) {
  on_root([&] { std::ofstream(log()) << "the log of an ended run\n"; });
  EXPECT_EQ(refusal(run()), taken);
  EXPECT_EQ(text_of_log(), "the log of an ended run\n");
}

/// Another process holds the lock. It is killed while this one waits.
TEST_F(RunLocks, WaitForAKilledRunToEnd) {
  on_root([&] { std::ofstream(log()) << ""; });
  pid_t other = -1;
  on_root([&] {
    std::array<int, 2> locked{};
    ASSERT_EQ(::pipe(locked.data()), 0);
    other = ::fork();
    if (other == 0) {
      const bool ready = ::flock(::open(log().c_str(), O_WRONLY), LOCK_EX) == 0 && ::write(locked[1], "x", 1) == 1;
      while (ready) ::pause();
      ::_exit(1);
    }
    ::close(locked[1]);
    char x = 0;
    EXPECT_EQ(::read(locked[0], &x, 1), 1) << "the other process has the lock";
    ::close(locked[0]);
  });
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (other > 0) ::kill(other, SIGKILL);
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(refusal(run()), taken);
  if (comm.is_root()) {
    EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200)) << "it had to wait";
  }
  killer.join();
  on_root([&] { ::waitpid(other, nullptr, 0); });
}

TEST_F(RunLocks, WriteNothingIfThereIsNoRun) {
  RunLock lock;
  lock.take_if_used(comm, run());
  lock.take_if_used(comm, run() / "missing");
  EXPECT_FALSE(fs::exists(log()));
  EXPECT_FALSE(fs::exists(run() / "missing"));
}

TEST_F(RunLocks, DoNotWaitForAPipe) {
  on_root([&] { ASSERT_EQ(::mkfifo(log().c_str(), 0666), 0); });
  RunLock lock;
  EXPECT_EQ(message_of<InputError>([&] { lock.take_if_used(comm, run()); }), taken);
}

TEST_F(RunLocks, SayOnAllRanksThatAFolderCannotBeWritten) {
  const fs::path missing = run() / "missing";
  const std::string message = refusal(missing);
  EXPECT_TRUE(says(message, missing.string()));
  EXPECT_TRUE(says(message, "not writable"));
}

TEST_F(RunLocks, OfOtherFoldersAreNotInTheWay) {
  const TemporaryFolder other(comm);
  RunLock here;
  here.take(comm, run());
  EXPECT_EQ(refusal(other / ""), taken);
}

}  // namespace
}  // namespace fullforce

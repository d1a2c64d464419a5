#include "fullforce/run/stop.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>

namespace fullforce {
namespace {

constexpr Index most_steps = 32;  ///< between two questions
constexpr double no_checkpoints = 0.0;

void wait(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

/// Asks in as many steps as pass at most before all ranks are asked.
StopRequest::Answer ask_often(StopRequest& request, const Communicator& comm) {
  StopRequest::Answer all;
  for (Index k = 0; k < most_steps; ++k) {
    const StopRequest::Answer one = request.ask(comm);
    all.stop |= one.stop;
    all.checkpoint |= one.checkpoint;
  }
  return all;
}

/// The end of a SLURM job, for as long as this object lives.
class EndOfJob {
 public:
  explicit EndOfJob(double seconds_from_now) {
    const auto end = static_cast<long long>(std::time(nullptr)) + static_cast<long long>(seconds_from_now);
    ::setenv("SLURM_JOB_END_TIME", std::to_string(end).c_str(), 1);
  }
  ~EndOfJob() { ::unsetenv("SLURM_JOB_END_TIME"); }
  EndOfJob(const EndOfJob&) = delete;
  EndOfJob& operator=(const EndOfJob&) = delete;
};

TEST(SecondsLeft, AreWithoutEndIfNothingLimitsThem) {
  ::unsetenv("SLURM_JOB_END_TIME");
  EXPECT_TRUE(std::isinf(seconds_left({})));
}

TEST(SecondsLeft, CountFromTheStartOfTheProcess) {
  ::unsetenv("SLURM_JOB_END_TIME");
  const double before = seconds_left(1.0);
  EXPECT_LT(before, 3600.0);
  EXPECT_GT(before, 3000.0);
  wait(0.02);
  EXPECT_LE(seconds_left(1.0), before - 0.02);
  EXPECT_LT(seconds_left(0.0), 0.0);
}

TEST(SecondsLeft, EndBeforeTheJobOfSlurmDoes) {
  const EndOfJob end(1000.0);
  EXPECT_LT(seconds_left({}), 1000.0);
  EXPECT_GT(seconds_left({}), 900.0);
  EXPECT_LT(seconds_left(1.0), 1000.0) << "the job ends first";
  EXPECT_LT(seconds_left(0.1), 360.0) << "the hours end first";
}

TEST(SecondsLeft, TakeNoNoticeOfATimeThatIsNone) {
  for (const char* text : {"", "0", "soon"}) {
    ::setenv("SLURM_JOB_END_TIME", text, 1);
    EXPECT_TRUE(std::isinf(seconds_left({}))) << text;
  }
  ::unsetenv("SLURM_JOB_END_TIME");
}

TEST(SecondsLeft, TakeNoNoticeOfAJobThatWasOverBefore) {
  const EndOfJob end(-5000.0);
  EXPECT_TRUE(std::isinf(seconds_left({})));
  EXPECT_LT(seconds_left(1.0), 3600.0) << "the hours still count";
  EXPECT_NE(warning_of_stale_end().find("SLURM_JOB_END_TIME"), std::string::npos);
}

TEST(SecondsLeft, GiveNoWarningOfAJobThatGoesOn) {
  const EndOfJob end(5000.0);
  EXPECT_EQ(warning_of_stale_end(), "");
}

TEST(StopRequest, SaysWhyItStops) {
  const Communicator comm = Communicator::world();
  StopRequest hours(0.0, no_checkpoints, 1.0);
  EXPECT_EQ(hours.ask(comm).reason, StopReason::hours);
  const EndOfJob end(8.0);
  StopRequest job({}, no_checkpoints, 1.0);
  EXPECT_EQ(job.ask(comm).reason, StopReason::end_of_job);
}

TEST(StopRequest, AsksAllRanksInOneOf32QuickSteps) {
  const Communicator comm = Communicator::world();
  StopRequest request({}, no_checkpoints, 1.0);
  const Index before = comm.calls();
  constexpr Index intervals = 30;
  for (Index k = 0; k < intervals * most_steps; ++k) {
    const StopRequest::Answer answer = request.ask(comm);
    EXPECT_FALSE(answer.stop);
    EXPECT_FALSE(answer.checkpoint);
  }
  // The interval is short at first, and whenever the machine has kept a step waiting.
  EXPECT_GE(comm.calls() - before, intervals);
  EXPECT_LT(comm.calls() - before, intervals * most_steps / 2);
}

TEST(StopRequest, AsksInEveryStepThatTakesLong) {
  const Communicator comm = Communicator::world();
  StopRequest request({}, no_checkpoints, 1.0);
  const Index before = comm.calls();
  for (int k = 0; k < 3; ++k) {
    wait(0.12);
    request.ask(comm);
  }
  EXPECT_EQ(comm.calls() - before, 3);
}

TEST(StopRequest, StopsAllRanksWhenTheTimeOfTheFirstIsUp) {
  const Communicator comm = Communicator::world();
  StopRequest of_first(comm.is_root() ? 0.0 : 1.0, no_checkpoints, 1.0);
  EXPECT_TRUE(ask_often(of_first, comm).stop);
  StopRequest of_others(comm.is_root() ? 1.0 : 0.0, no_checkpoints, 1.0);
  EXPECT_FALSE(ask_often(of_others, comm).stop) << "the clock of the first rank decides";
}

TEST(StopRequest, LeavesTheTimeThatWritingTakes) {
  const Communicator comm = Communicator::world();
  StopRequest request(1.0, no_checkpoints, 3000.0);
  EXPECT_FALSE(ask_often(request, comm).stop) << "a guess uses up a small part of the time";
  request.checkpoint_written(1000.0);
  EXPECT_FALSE(ask_often(request, comm).stop);
  request.checkpoint_written(3000.0);
  EXPECT_TRUE(ask_often(request, comm).stop) << "writing may take half as long again";
}

TEST(StopRequest, KeepsTheTimeThatWritingTookIfItFails) {
  const Communicator comm = Communicator::world();
  StopRequest request(1.0, no_checkpoints, 1.0);
  request.checkpoint_written(3000.0);
  request.checkpoint_written(0.0);
  EXPECT_TRUE(ask_often(request, comm).stop);
}

TEST(StopRequest, AsksForACheckpointWhenTheIntervalIsOver) {
  const Communicator comm = Communicator::world();
  StopRequest request({}, 2.0 / 60.0, 1.0);
  EXPECT_FALSE(ask_often(request, comm).checkpoint);
  wait(2.1);
  EXPECT_TRUE(ask_often(request, comm).checkpoint);
  EXPECT_TRUE(ask_often(request, comm).checkpoint) << "until one has been written";
  request.checkpoint_written(0.01);
  EXPECT_FALSE(ask_often(request, comm).checkpoint);
}

TEST(StopRequest, WritesNoCheckpointOnTheWayIfItMustStop) {
  const Communicator comm = Communicator::world();
  StopRequest request(0.0, 0.01 / 60.0, 1.0);
  wait(0.02);
  const StopRequest::Answer answer = ask_often(request, comm);
  EXPECT_TRUE(answer.stop);
  EXPECT_FALSE(answer.checkpoint);
}

/// The status with which a process ends that honours stop signals and gets some. Exit code 0 says that it was asked to
/// stop, and 1 that it was not. The process is a copy of this one, which has a communicator of its own.
int status_after(std::initializer_list<int> signals) {
  const Communicator self = Communicator::self();
  const pid_t child = ::fork();
  if (child == 0) {
    honour_stop_signals();
    for (const int signal : signals) ::raise(signal);
    StopRequest request({}, no_checkpoints, 1.0);
    ::_exit(ask_often(request, self).stop ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

/// Whether the process ended by itself, with such an exit code.
bool exited(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

TEST(StopSignals, AskForAStop) {
  EXPECT_TRUE(exited(status_after({}), 1)) << "nobody has asked";
  EXPECT_TRUE(exited(status_after({SIGTERM}), 0));
  EXPECT_TRUE(exited(status_after({SIGUSR1}), 0));
  EXPECT_TRUE(exited(status_after({SIGINT}), 0));
  EXPECT_TRUE(exited(status_after({SIGTERM, SIGTERM, SIGUSR1, SIGUSR1}), 0)) << "as often as they like";
}

TEST(StopSignals, ASecondInterruptEndsTheProgram) {
  const int status = status_after({SIGINT, SIGINT});
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

/// This test comes last, because from then on this process has been asked to stop.
TEST(StopSignals, OnOneRankStopAllRanks) {
  const Communicator comm = Communicator::world();
  honour_stop_signals();
  StopRequest request({}, no_checkpoints, 1.0);
  EXPECT_FALSE(ask_often(request, comm).stop);
  if (static_cast<int>(comm.rank()) == comm.size() - 1) ::raise(SIGTERM);
  EXPECT_TRUE(ask_often(request, comm).stop);
}

}  // namespace
}  // namespace fullforce

#include "fullforce/run/stop.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <limits>

namespace fullforce {
namespace {

volatile sig_atomic_t stop_requested = 0;
const Stopwatch since_process_began;

void request_stop(int, siginfo_t*, void*) { stop_requested = 1; }

/// A pipe without a reader makes the system send SIGPIPE in the name of the process that writes. What is lost there is
/// no reason to stop. Another process that sends the signal means the run.
void request_stop_of_others(int, siginfo_t* info, void*) {
  if (info->si_pid != getpid()) stop_requested = 1;
}

/// Sets the handler of a signal. Calls that the signal interrupts go on, so that it can do no harm in the middle of a
/// write.
void on_signal(int signal, void (*handler)(int, siginfo_t*, void*), int flags = 0) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_RESTART | SA_SIGINFO | flags;
  sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Whether a time, in seconds since 1970, was over when this process began. The clock of the time is a second coarse.
bool is_before_this_process(long long time) {
  return static_cast<double>(time) < static_cast<double>(std::time(nullptr)) - since_process_began.seconds() - 1.0;
}

/// SLURM_JOB_END_TIME in seconds since 1970, or nothing if it is not set to a time.
std::optional<long long> end_of_job() {
  const char* text = std::getenv("SLURM_JOB_END_TIME");
  const long long end = text ? std::strtoll(text, nullptr, 10) : 0;
  return end > 0 ? std::optional(end) : std::nullopt;
}

/// The time that is left until the end of the SLURM job. It is infinite if there is no such time, or if it was over
/// before this process began.
double seconds_to_end_of_job() {
  // The launcher and the job script must end within the time of the job, too.
  constexpr double margin = 10.0;
  const std::optional<long long> end = end_of_job();
  if (!end || is_before_this_process(*end)) return std::numeric_limits<double>::infinity();
  return static_cast<double>(*end - static_cast<long long>(std::time(nullptr))) - margin;
}

constexpr double longest_silence = 0.1;  // in s, between two questions
constexpr Index most_steps = 32;  // between two questions; with short steps, a question then costs next to nothing

}  // namespace

void honour_stop_signals() {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGXCPU}) on_signal(signal, request_stop);
  if (!is_ignored(SIGHUP)) on_signal(SIGHUP, request_stop);  // nohup has it ignored, so that the run goes on
  on_signal(SIGINT, request_stop, static_cast<int>(SA_RESETHAND));
  on_signal(SIGPIPE, request_stop_of_others);
}

double seconds_left(std::optional<double> max_hours) {
  const double allowed =
      max_hours ? 3600.0 * *max_hours - since_process_began.seconds() : std::numeric_limits<double>::infinity();
  return std::min(allowed, seconds_to_end_of_job());
}

std::string warning_of_stale_end() {
  const std::optional<long long> end = end_of_job();
  if (!end || !is_before_this_process(*end)) return {};
  return fmt::format("SLURM_JOB_END_TIME = {} was over before this program began: it is not taken as a time limit",
                     *end);
}

StopRequest::StopRequest(std::optional<double> max_hours, double checkpoint_minutes, double write_seconds)
    : max_hours_(max_hours),
      checkpoint_seconds_(60.0 * checkpoint_minutes),
      ask_seconds_(checkpoint_seconds_ > 0.0 ? std::min(longest_silence, 0.5 * checkpoint_seconds_) : longest_silence),
      // The time for the first write is a guess. It must not use up the time that there is.
      write_seconds_(std::min(write_seconds, 0.1 * std::max(0.0, seconds_left(max_hours)))) {}

/// Whether the run must stop now. The margin is larger than the last write took, because the next one may take longer.
StopReason StopRequest::time_is_up() const {
  if (seconds_left(max_hours_) >= 1.5 * write_seconds_ + 2.0 * ask_seconds_) return StopReason::none;
  return seconds_to_end_of_job() <= seconds_left(max_hours_) ? StopReason::end_of_job : StopReason::hours;
}

StopRequest::Answer StopRequest::ask(const Communicator& comm) {
  if (++calls_ < interval_) return {};
  const StopReason time = comm.is_root() ? time_is_up() : StopReason::none;
  const bool checkpoint =
      comm.is_root() && checkpoint_seconds_ > 0.0 && since_checkpoint_.seconds() > checkpoint_seconds_;
  std::array<std::int64_t, 4> votes{stop_requested != 0, checkpoint,
                                    static_cast<std::int64_t>(1e6 * since_asked_.seconds()),
                                    static_cast<std::int64_t>(time)};
  comm.sum(votes);
  // Steps may become much slower at any time, so the interval stays short and grows by degrees.
  const double seconds = std::max(1e-6 * static_cast<double>(votes[2]) / comm.size(), 1e-9);
  const double fitting = static_cast<double>(calls_) * ask_seconds_ / seconds;
  interval_ = static_cast<Index>(std::clamp(fitting, 1.0, static_cast<double>(std::min(most_steps, 2 * calls_))));
  calls_ = 0;
  since_asked_ = Stopwatch();
  const StopReason reason = votes[0] > 0 ? StopReason::signal : static_cast<StopReason>(votes[3]);
  const bool stop = reason != StopReason::none;
  return {stop, !stop && votes[1] > 0, reason};
}

void StopRequest::checkpoint_written(double write_seconds) {
  if (write_seconds > 0.0) write_seconds_ = write_seconds;
  since_checkpoint_ = Stopwatch();
  since_asked_ = Stopwatch();
}

}  // namespace fullforce

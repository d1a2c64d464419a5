#pragma once
#include <optional>
#include <string>

#include "fullforce/base/timer.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Lets SIGUSR1, SIGUSR2, SIGTERM, SIGXCPU, SIGHUP, SIGPIPE and the first SIGINT ask for a stop from now on;
/// StopRequest passes that on. A second SIGINT ends the program at once. SIGHUP stays ignored if it is, as under nohup.
/// SIGPIPE counts only if another process sends it. This function must be called first of all, before MPI starts.
void honour_stop_signals();

/// The seconds until this process must have ended. That is `max_hours` after it began, or the end of its SLURM job
/// (SLURM_JOB_END_TIME, less a margin for the launcher), whichever comes first. The result is infinite if neither is
/// set.
double seconds_left(std::optional<double> max_hours);

/// A warning if SLURM_JOB_END_TIME is a time before this process began, as in the environment of a job that has ended.
/// Such a time is not a limit. The text is empty otherwise.
std::string warning_of_stale_end();

/// Why a run stops early.
enum class StopReason { none, signal, hours, end_of_job };

/// Decides whether to stop or to write a checkpoint soon, from signals, the time left and the checkpoint interval.
/// Clocks and signals differ between ranks, so all ranks agree on the answer. They do so at intervals of as many steps
/// as take about a tenth of a second, and of at most 32 steps.
class StopRequest {
 public:
  /// `write_seconds` is the time that writing a checkpoint is taken to need until one has been written.
  StopRequest(std::optional<double> max_hours, double checkpoint_minutes, double write_seconds);

  struct Answer {
    bool stop = false;
    bool checkpoint = false;
    StopReason reason = StopReason::none;
  };

  /// Returns the answer. It must be called in every step, and asks all ranks in some of them. **Collective.**
  Answer ask(const Communicator& comm);

  /// Restarts the checkpoint interval. `write_seconds` is the time that writing took; it is 0 if writing never
  /// succeeded.
  void checkpoint_written(double write_seconds);

 private:
  StopReason time_is_up() const;

  std::optional<double> max_hours_;
  double checkpoint_seconds_;
  double ask_seconds_;
  double write_seconds_;
  Index interval_ = 1;  ///< steps from one question to the next
  Index calls_ = 0;     ///< calls since the last question
  Stopwatch since_asked_;
  Stopwatch since_checkpoint_;
};

}  // namespace fullforce

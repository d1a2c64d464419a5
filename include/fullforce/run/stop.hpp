#pragma once
#include <optional>

#include "fullforce/base/timer.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// From now on SIGUSR1, SIGTERM and the first SIGINT ask for a stop, which StopRequest passes on; a second SIGINT ends
/// the program at once. To be called first of all, before MPI starts.
void honour_stop_signals();

/// Seconds until this process must have ended: `max_hours` since it began, or the end of its SLURM job
/// (SLURM_JOB_END_TIME, less a margin for the launcher), whichever comes first; infinite if neither is set.
double seconds_left(std::optional<double> max_hours);

/// Whether to stop or to write a checkpoint soon: signals, the time left, the checkpoint interval. Clocks and signals
/// differ between ranks, so all of them agree, as many steps apart as take about a tenth of a second, at most 32.
class StopRequest {
 public:
  /// `write_seconds`: what a checkpoint takes, until one was written.
  StopRequest(std::optional<double> max_hours, double checkpoint_minutes, double write_seconds);

  struct Answer {
    bool stop = false;
    bool checkpoint = false;
  };

  /// To be called in every step; asks all ranks in some. **Collective.**
  Answer ask(const Communicator& comm);

  /// Restarts the checkpoint interval; `write_seconds` is what writing took, 0 if it never succeeded.
  void checkpoint_written(double write_seconds);

 private:
  bool time_is_up() const;

  std::optional<double> max_hours_;
  double checkpoint_seconds_;
  double ask_seconds_;
  double write_seconds_;
  Index interval_ = 1;  ///< steps from one question to the next
  Index calls_ = 0;     ///< since the last
  Stopwatch since_asked_;
  Stopwatch since_checkpoint_;
};

}  // namespace fullforce

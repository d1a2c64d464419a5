#pragma once
#include <optional>

#include "fullforce/base/timer.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Whether to stop or to write a checkpoint soon: signals (SIGUSR1, SIGTERM, the first SIGINT), the time allowed, the checkpoint
/// interval. Clocks and signals differ between ranks, so all of them agree every few steps.
class Attention {
 public:
  Attention(std::optional<double> max_hours, double checkpoint_minutes);

  struct Answer {
    bool stop = false;
    bool checkpoint = false;
  };

  /// Asks all ranks, every 32nd call; in between nothing is due. **Collective.**
  Answer ask(const Communicator& comm);

  /// Restarts the checkpoint interval.
  void checkpoint_written() { since_checkpoint_ = Stopwatch(); }

 private:
  std::optional<double> max_seconds_;
  double checkpoint_seconds_;
  Index calls_ = 0;
  Stopwatch since_start_;
  Stopwatch since_checkpoint_;
};

}  // namespace fullforce

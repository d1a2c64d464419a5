#include "fullforce/run/stop.hpp"

#include <csignal>

namespace fullforce {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

/// A second SIGINT ends the program at once.
void request_stop(int signal) {
  stop_requested = 1;
  if (signal == SIGINT) std::signal(SIGINT, SIG_DFL);
}

}  // namespace

Attention::Attention(std::optional<double> max_hours, double checkpoint_minutes) : checkpoint_seconds_(60.0 * checkpoint_minutes) {
  if (max_hours) max_seconds_ = 3600.0 * *max_hours;
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) std::signal(signal, request_stop);
}

Attention::Answer Attention::ask(const Communicator& comm) {
  constexpr Index interval = 32;
  if (++calls_ % interval != 0) return {};
  const bool time_is_up = max_seconds_ && since_start_.seconds() > *max_seconds_;
  const bool checkpoint_due = checkpoint_seconds_ > 0.0 && since_checkpoint_.seconds() > checkpoint_seconds_;
  const Index answer = comm.max(Index{stop_requested != 0 || time_is_up ? 2 : checkpoint_due ? 1 : 0});
  return {answer == 2, answer == 1};
}

}  // namespace fullforce

#include "fullforce/base/timer.hpp"

namespace fullforce {

Phase PhaseTimer::enter(Phase next) {
  const Clock::time_point now = Clock::now();
  seconds_[static_cast<std::size_t>(current_)] += std::chrono::duration<double>(now - since_).count();
  since_ = now;
  const Phase ended = current_;
  current_ = next;
  return ended;
}

std::array<double, phase_count> PhaseTimer::seconds() {
  enter(current_);
  return seconds_;
}

}  // namespace fullforce

#include "fullforce/base/timer.hpp"

namespace fullforce {

TimerRegion RegionTimer::enter(TimerRegion next) {
  const Clock::time_point now = Clock::now();
  seconds_[as_size(current_)] += std::chrono::duration<double>(now - since_).count();
  since_ = now;
  const TimerRegion ended = current_;
  current_ = next;
  return ended;
}

std::array<double, region_count> RegionTimer::seconds() {
  enter(current_);
  std::array<double, region_count> seconds = seconds_;
  if (sampled_exchange_ == 0.0) return seconds;
  double& communication = seconds[as_size(TimerRegion::communication)];
  const double waiting = communication * sampled_waiting_ / sampled_exchange_;
  seconds[as_size(TimerRegion::waiting)] += waiting;
  communication -= waiting;
  return seconds;
}

}  // namespace fullforce

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
  return seconds_;
}

}  // namespace fullforce

#pragma once
#include <array>
#include <chrono>
#include <string_view>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Where the time of a run goes. Every moment belongs to exactly one phase; `rest` is what nobody claimed.
enum class TimerRegion { target_network, products, updates, communication, io, rest };
inline constexpr std::size_t region_count = 6;
inline constexpr std::array<std::string_view, region_count> region_names = {"target_network", "products", "updates",
                                                                            "communication",  "io",       "rest"};

/// A clock that always runs for one phase.
class RegionTimer {
 public:
  RegionTimer() : since_(Clock::now()) {}

  /// Ends the phase that runs, begins `next`, and returns the one that ended.
  TimerRegion enter(TimerRegion next);

  /// Seconds in each phase until now.
  std::array<double, region_count> seconds();

 private:
  using Clock = std::chrono::steady_clock;
  std::array<double, region_count> seconds_{};
  TimerRegion current_ = TimerRegion::rest;
  Clock::time_point since_;
};

/// Claims the time of a scope for a phase; the one outside goes on afterwards.
class RegionScope {
 public:
  RegionScope(RegionTimer& timer, TimerRegion phase) : timer_(timer), outer_(timer.enter(phase)) {}
  ~RegionScope() { timer_.enter(outer_); }
  RegionScope(const RegionScope&) = delete;
  RegionScope& operator=(const RegionScope&) = delete;

 private:
  RegionTimer& timer_;
  TimerRegion outer_;
};

/// Wall-clock seconds since construction.
class Stopwatch {
 public:
  Stopwatch() : start_(std::chrono::steady_clock::now()) {}
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace fullforce

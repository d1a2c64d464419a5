#pragma once
#include <array>
#include <chrono>
#include <string_view>

#include "fullforce/base/enum_names.hpp"
#include "fullforce/base/types.hpp"

namespace fullforce {

/// The regions among which the time of a run is divided. Every moment belongs to exactly one region. The region `rest`
/// gets the time that no other region claims. An exchange between ranks consists of `waiting` until all of them have
/// come to it, and of the `communication` itself.
enum class TimerRegion { target_network, products, updates, waiting, communication, io, rest };
inline constexpr std::size_t region_count = 7;
/// The names of the regions as results write them.
template <>
inline constexpr std::array<std::string_view, region_count> names_of<TimerRegion> = {
    "target_network", "products", "updates", "waiting", "communication", "io", "rest"};

/// A clock that counts the time of one region at any moment. It begins with TimerRegion::rest. Exchanges count as
/// TimerRegion::communication; how much of their time is waiting is known from some of them.
class RegionTimer {
 public:
  RegionTimer() : since_(Clock::now()) {}

  /// Ends the current region, begins the region `next`, and returns the region that ended.
  TimerRegion enter(TimerRegion next);

  /// Counts an exchange, and returns whether its waiting is to be measured. One in 17 is, since knowing who waits takes
  /// one more meeting of all ranks. The number is prime, so that each of a step's exchanges has its turn. The first
  /// exchange, which may have to get ready, is not measured.
  bool samples_exchange() { return ++exchanges_ % 17 == 0; }

  /// Counts an exchange that was measured: the seconds of waiting, and those of the whole.
  void add_exchange(double waiting, double whole) {
    sampled_waiting_ += waiting;
    sampled_exchange_ += whole;
  }

  /// Returns the seconds spent in each region until now. The share of waiting in all exchanges is that of the measured
  /// ones.
  std::array<double, region_count> seconds();

 private:
  using Clock = std::chrono::steady_clock;
  std::array<double, region_count> seconds_{};
  std::uint64_t exchanges_ = 0;
  double sampled_waiting_ = 0.0;
  double sampled_exchange_ = 0.0;
  TimerRegion current_ = TimerRegion::rest;
  Clock::time_point since_;
};

/// Counts the time of a scope for one region. When the scope ends, the region outside goes on.
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

/// A clock that measures the wall-clock time since its construction, in seconds.
class Stopwatch {
 public:
  Stopwatch() : start_(std::chrono::steady_clock::now()) {}
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace fullforce

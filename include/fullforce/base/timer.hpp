#pragma once
#include <array>
#include <chrono>
#include <string_view>

namespace fullforce {

/// Where the time of a run goes. Every moment belongs to exactly one phase; `rest` is what nobody claimed.
enum class Phase { target_network, products, updates, communication, io, rest };
inline constexpr std::size_t phase_count = 6;
inline constexpr std::array<std::string_view, phase_count> phase_names = {"target_network", "products", "updates",
                                                                          "communication",  "io",       "rest"};

/// A clock that always runs for one phase.
class PhaseTimer {
 public:
  PhaseTimer() : since_(Clock::now()) {}

  /// Ends the phase that runs, begins `next`, and returns the one that ended.
  Phase enter(Phase next);

  /// Seconds in each phase until now.
  std::array<double, phase_count> seconds();

 private:
  using Clock = std::chrono::steady_clock;
  std::array<double, phase_count> seconds_{};
  Phase current_ = Phase::rest;
  Clock::time_point since_;
};

/// Claims the time of a scope for a phase; the one outside goes on afterwards.
class PhaseScope {
 public:
  PhaseScope(PhaseTimer& timer, Phase phase) : timer_(timer), outer_(timer.enter(phase)) {}
  ~PhaseScope() { timer_.enter(outer_); }
  PhaseScope(const PhaseScope&) = delete;
  PhaseScope& operator=(const PhaseScope&) = delete;

 private:
  PhaseTimer& timer_;
  Phase outer_;
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

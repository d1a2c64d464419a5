#pragma once
#include <cmath>

#include "fullforce/base/random.hpp"
#include "fullforce/base/types.hpp"
#include "fullforce/model/task.hpp"

/// These constants and functions are what the tasks with pulses, delays and a response have in common.
namespace fullforce::response {

constexpr double duration = 0.5;  ///< s

/// The course of the response for s in [0, 1]: the density of the Beta(4, 4) distribution divided by its maximum.
inline double bump(double s) { return std::pow(4.0 * s * (1.0 - s), 3.0); }

/// The course of the response at step k of a response that begins at step `begin` and ends before step `end`.
inline double bump_at(Index k, Index begin, Index end) {
  return bump(static_cast<double>(k - begin) / static_cast<double>(end - begin));
}

/// The pause between two trials in s. Each of the two trials has half of it.
inline double draw_pause(const Draws& draws, Index index, const TrialTimes& times) {
  return times.pause_min - times.pause_random * std::log(1.0 - draws.uniform(index));
}

/// A delay in s, rounded to 1 ms.
inline double draw_delay(const Draws& draws, Index index, const TrialTimes& times) {
  return std::round((times.delay_min + (times.delay_max - times.delay_min) * draws.uniform(index)) * 1000.0) / 1000.0;
}

/// The value at step k of a straight line from `from` at step `begin` to `to` at step `end`; before and after, the
/// values at its ends.
inline double ramp_at(Index k, Index begin, Index end, double from, double to) {
  if (k <= begin) return from;
  if (k >= end) return to;
  return from + (to - from) * static_cast<double>(k - begin) / static_cast<double>(end - begin);
}

}  // namespace fullforce::response

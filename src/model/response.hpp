#pragma once
#include <cmath>

#include "fullforce/base/random.hpp"
#include "fullforce/base/types.hpp"

/// These constants and functions are what the tasks with pulses, delays and a response have in common.
namespace fullforce::response {

constexpr double pulse = 0.05;                                    ///< s
constexpr double duration = 0.5;                                  ///< s
constexpr double shortest_pause = 0.4, mean_further_pause = 2.0;  ///< s

/// The course of the response for s in [0, 1]: the density of the Beta(4, 4) distribution divided by its maximum.
inline double bump(double s) { return std::pow(4.0 * s * (1.0 - s), 3.0); }

/// The course of the response at step k of a response that begins at step `begin` and ends before step `end`.
inline double bump_at(Index k, Index begin, Index end) {
  return bump(static_cast<double>(k - begin) / static_cast<double>(end - begin));
}

/// The pause between two trials in s, which is 0.4 + Exp(mean 2). Each of the two trials has half of it.
inline double draw_pause(const Draws& draws, Index index) {
  return shortest_pause - mean_further_pause * std::log(1.0 - draws.uniform(index));
}

/// A delay in s that is uniform between two times (s) and rounded to 1 ms.
inline double draw_delay(const Draws& draws, Index index, double shortest, double longest) {
  return std::round((shortest + (longest - shortest) * draws.uniform(index)) * 1000.0) / 1000.0;
}

}  // namespace fullforce::response

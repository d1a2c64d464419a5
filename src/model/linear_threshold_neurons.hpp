#pragma once
#include <algorithm>
#include <limits>

#include "rate_neurons.hpp"

namespace fullforce {

/// Neurons with the rate r = max(0, x). Such a rate has no limit by itself, but sums over neurons, which are formed in
/// integers, need one. A network whose rates are of order 1 stays far below the limit set here. A rate beyond the limit
/// becomes infinite.
template <Real T>
class LinearThresholdNeurons : public RateNeurons<T> {
 public:
  using RateNeurons<T>::RateNeurons;

  static constexpr double largest_rate = 100.0;
  static bool is_a_rate(double value) { return value >= 0.0 && value <= largest_rate; }
  static double rate_at(double state) { return std::max(0.0, state); }
  static double state_at(double rate) { return rate; }
  static double slope_at(double rate) { return rate > 0.0 ? 1.0 : 0.0; }

 private:
  void transfer(const T* states, Index count, T* rates) const override {
    constexpr T largest = static_cast<T>(largest_rate);
    for (Index i = 0; i < count; ++i) {
      const T x = states[i];
      const T rate = x > T(0) ? x : (x <= T(0) ? T(0) : x);  // NaN stays NaN
      rates[i] = rate > largest ? std::numeric_limits<T>::infinity() : rate;
    }
  }
};

}  // namespace fullforce

#pragma once
#include <cmath>

#include "fullforce/linalg/kernels.hpp"
#include "rate_neurons.hpp"

namespace fullforce {

/// Neurons with the rate r = tanh(x).
template <Real T>
class TanhNeurons : public RateNeurons<T> {
 public:
  using RateNeurons<T>::RateNeurons;

  static constexpr double largest_rate = 1.0;
  static bool is_a_rate(double value) { return value > -1.0 && value < 1.0; }
  static double rate_at(double state) { return std::tanh(state); }
  static double state_at(double rate) { return std::atanh(rate); }
  static double slope_at(double rate) { return 1.0 - rate * rate; }

 private:
  void transfer(const T* states, Index count, T* rates) const override { kernels::tanh(states, count, rates); }
};

}  // namespace fullforce

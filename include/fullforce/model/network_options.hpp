#pragma once
#include "fullforce/base/types.hpp"

namespace fullforce {

enum class Integrator { euler, exponential };

/// Keys of the section [network].
struct NetworkOptions {
  Index neurons = 300;
  double dt = 0.001;   ///< s
  double tau = 0.01;   ///< s
  double gain = 1.5;   ///< g: J_D ~ N(0, g^2/N)
  double noise = 0.0;  ///< eta
  double input_gain = 1.0;
  double output_gain = 1.0;
  double hint_gain = 1.0;
  Integrator integrator = Integrator::euler;  ///< of the task-performing network
  Index in_degree = 0;                        ///< of J_D; 0 = dense
};

}  // namespace fullforce

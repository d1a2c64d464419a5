#pragma once
#include <limits>

namespace fullforce {

/// The error of a trial or a test: the squared errors of the outputs over the squares of the targets. It is NaN where
/// all targets are zero, because a ratio to zero says nothing.
inline double relative_error(double squared_error, double squared_target) {
  return squared_target > 0.0 ? squared_error / squared_target : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace fullforce

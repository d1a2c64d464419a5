#pragma once
#include "fullforce/linalg/stream_array.hpp"

namespace fullforce {

/// What the learned recurrent currents of a step should be: F, this rank's rows of it, [local rows, B]. Each stream's
/// vector over all neurons has at most the length `longest`; 0 where nobody asked for that bound.
template <Real T>
struct TargetCurrents {
  const StreamArray<T>* F;
  double longest;
};

}  // namespace fullforce

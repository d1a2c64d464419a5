#pragma once
#include "fullforce/linalg/stream_array.hpp"

namespace fullforce {

/// The target currents F of a step, which the learned recurrent currents should equal. A rank holds its own rows of F,
/// [local rows, B]. `longest` bounds the length of each stream's vector over all neurons; it is 0 if nobody asked for
/// that bound.
template <Real T>
struct TargetCurrents {
  const StreamArray<T>* F;
  double longest;
};

}  // namespace fullforce

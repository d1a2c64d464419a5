#pragma once
#include <cstdint>
#include <span>

#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/stream_array.hpp"

namespace fullforce {

/// The targets of a step. They are currents F, which the learned recurrent currents should equal, or rates. A rank
/// holds its own rows of them, [local rows, B].
template <Real T>
struct TargetCurrents {
  const StreamArray<T>* F;
  /// A bound on the length of each stream's vector F over all neurons. It is 0 if nobody asked for that bound.
  double longest;
  /// [local rows], whether a neuron has a target: 1 or 0. Empty if all have one. The others learn nothing.
  std::span<const std::uint8_t> has_target{};
  /// The rates r in group 0, if targets are rates.
  const GatheredVectors<T>* rates = nullptr;

  bool learns(Index local) const { return has_target.empty() || has_target[as_size(local)] != 0; }

  /// The error from which the recurrent weights of a neuron learn in a stream, where its recurrent current is z_rec. It
  /// is z_rec - F, or r minus the target rate. It is 0 where there is no target, and learning from it changes no bit.
  T error(Index local, Index stream, T z_rec) const {
    if (!learns(local)) return T(0);
    return (rates == nullptr ? z_rec : rates->mine(0, local)[stream]) - (*F)(local, stream);
  }
};

}  // namespace fullforce

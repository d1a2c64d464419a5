#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The purpose for which a random number is drawn. A random number is a function of the seed, its purpose, and the
/// counters trial, step and index (see Draws). The comments below say what a purpose uses the counters for. The
/// enumerators' values decide the results of every run. A new purpose is therefore appended, and no value is ever
/// changed.
enum class Purpose : std::uint64_t {
  target_weights = 1,  ///< J_D; trial is the row, index the column
  input_weights = 2,   ///< u_in; trial is the row, index the column
  output_weights = 3,  ///< u_out; the counters are those of input_weights
  hint_weights = 4,    ///< u_hint; the counters are those of input_weights
  network_state = 5,   ///< x(0); trial is the stream, index the neuron
  target_state = 6,    ///< x_D(0); the counters are those of network_state
  test_network_state = 7,
  test_target_state = 8,
  init_noise = 9,  ///< xi; step is the position in the trial, index the neuron
  training_noise = 10,
  test_init_noise = 11,
  test_noise = 12,
  update_draw = 13,  ///< whether RLS learns at a step; step is the position in the trial
  init_trial = 14,   ///< what a task makes of a trial's number; the task chooses step and index
  training_trial = 15,
  test_init_trial = 16,
  test_trial = 17,
  target_columns = 18,      ///< which inputs a neuron has, where J_D is sparse; trial is the row
  tangent_vectors = 19,     ///< initial vectors of the Lyapunov exponents; trial is the row, index the column
  fixed_state = 20,         ///< the one state in which all trials begin; index is the neuron
  trial_state = 21,         ///< the state in which a trial begins; step is the kind of the trial, index the neuron
  fixed_point_starts = 22,  ///< from which steps of a run fixed points are looked for; trial is the start
  group_partners = 23,      ///< which neurons a group reads, with sparse features; trial is the group
  readout_inputs = 24,      ///< which neurons the readout reads, with sparse features
  static_columns = 25,      ///< which static inputs a neuron has; the counters are those of target_columns
  static_weights = 26,      ///< J_s; the counters are those of target_weights
};

/// Counter-based random numbers: Philox 4x64-10 of Salmon et al., SC 2011. A value is a pure function of (seed,
/// purpose, trial, step, index). There is no generator state to save, and any rank can draw any value.
class Draws {
 public:
  Draws(std::uint64_t seed, Purpose purpose, std::uint64_t trial = 0, std::uint64_t step = 0)
      : seed_(seed), purpose_(purpose), trial_(trial), step_(step) {}

  /// Returns the four 64-bit words of a block of draws. Word k of block i is the raw draw of index 4 i + k.
  std::array<std::uint64_t, 4> words(std::uint64_t block) const;

  /// Returns a number that is uniformly distributed in [0, 1) and a multiple of 2^-53.
  double uniform(Index index) const;

  /// Returns a standard normal number. Box and Muller's transform makes it from the pair of draws that `index` belongs
  /// to.
  double normal(Index index) const;

  /// Sets out[k] = uniform(first + k) for every element of `out`.
  void uniforms(Index first, std::span<double> out) const;
  /// Sets out[k] = normal(first + k) for every element of `out`.
  void normals(Index first, std::span<double> out) const;

 private:
  std::uint64_t seed_;
  Purpose purpose_;
  std::uint64_t trial_;
  std::uint64_t step_;
};

}  // namespace fullforce

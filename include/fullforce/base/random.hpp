#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// What a random number is for. The numbers are part of every run's identity: never renumber, only append.
enum class Purpose : std::uint64_t {
  target_weights = 1,  ///< J_D; trial = row, index = column
  input_weights = 2,   ///< u_in; trial = row, index = column (also u_out, u_hint)
  output_weights = 3,
  hint_weights = 4,
  network_state = 5,  ///< x(0); trial = stream, index = neuron
  target_state = 6,   ///< x_D(0)
  test_network_state = 7,
  test_target_state = 8,
  init_noise = 9,  ///< xi; trial, step = position in the trial, index = neuron
  training_noise = 10,
  test_init_noise = 11,
  test_noise = 12,
  update_draw = 13,  ///< whether RLS learns at a step; trial, step = position
  init_trial = 14,   ///< what a task makes of a trial's number; step, index are the task's own
  training_trial = 15,
  test_init_trial = 16,
  test_trial = 17,
  target_columns = 18,   ///< which inputs a neuron has, where J_D is sparse; trial = row
  tangent_vectors = 19,  ///< of the Lyapunov exponents, at first; trial = row, index = column
};

/// Counter-based random numbers (Philox 4x64-10 of Salmon et al., SC 2011): a value is a pure function of
/// (seed, purpose, trial, step, index). There is no state to save, and any rank can draw any value.
class Draws {
 public:
  Draws(std::uint64_t seed, Purpose purpose, std::uint64_t trial = 0, std::uint64_t step = 0)
      : seed_(seed), purpose_(purpose), trial_(trial), step_(step) {}

  /// Four 64-bit words; word k of block i is the raw draw of index 4 i + k.
  std::array<std::uint64_t, 4> words(std::uint64_t block) const;

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform(Index index) const;

  /// Standard normal, by Box and Muller's transform of the pair of draws that `index` belongs to.
  double normal(Index index) const;

  /// out[k] = uniform(first + k), respectively normal(first + k).
  void uniforms(Index first, std::span<double> out) const;
  void normals(Index first, std::span<double> out) const;

 private:
  std::uint64_t seed_;
  Purpose purpose_;
  std::uint64_t trial_;
  std::uint64_t step_;
};

}  // namespace fullforce

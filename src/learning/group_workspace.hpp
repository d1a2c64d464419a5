#pragma once
#include "fullforce/learning/group_rls.hpp"
#include "fullforce/linalg/packed_symmetric.hpp"

namespace fullforce {

/// So many neurons of a group are taken at a time. Their weights stay in a core's cache from the response to the
/// update.
inline constexpr Index neurons_of_a_strip = 64;

/// The rows of so many partners that a product reads: whole registers where it runs over registers.
template <Real T>
constexpr Index rows_read(Index inputs) {
  return padded<T>(inputs);
}

/// The memory of a thread for the groups that it goes through. `bounded` is K if the weights obey Dale's law and are
/// learned, and 0 otherwise.
template <Real T, Real F>
struct GroupRls<T, F>::Workspace {
  Workspace(Index inputs, Index streams, Index panel, bool learns, Index bounded)
      : rates(padded<T>(rows_read<T>(inputs) * packed_stride<T>(streams))),
        currents(padded<T>(neurons_of_a_strip * packed_stride<T>(streams))),
        errors(padded<T>(neurons_of_a_strip * packed_stride<T>(streams))),
        gain(learns ? inputs : 0, learns ? streams : 0, learns ? panel : 0),
        unbounded(bounded > 0 ? padded<T>(neurons_of_a_strip * packed_stride<T>(streams)) : 0),
        signs(bounded),
        P(bounded, bounded),
        rounded_columns(mixed && learns ? streams : 0, mixed && learns ? rows_read<F>(inputs) : 0) {
    rates.fill(T(0));
    currents.fill(T(0));
    errors.fill(T(0));
  }

  static Index bytes(Index inputs, Index streams, Index panel, bool learns, Index bounded) {
    const Index row = packed_stride<T>(streams);
    const Index scalars = rows_read<T>(inputs) * row + 2 * neurons_of_a_strip * row +
                          (bounded > 0 ? neurons_of_a_strip * row + bounded + bounded * row_stride<T>(bounded) : 0) +
                          (mixed && learns ? streams * row_stride<T>(rows_read<F>(inputs)) : 0);
    return scalars * static_cast<Index>(sizeof(T)) + (learns ? PackedGain<F>::bytes(inputs, streams, panel) : 0);
  }

  static constexpr bool mixed = !std::is_same_v<T, F>;

  AlignedArray<T> rates;     ///< of the partners, [K, B]
  AlignedArray<T> currents;  ///< of a strip of neurons, [neurons, B]
  AlignedArray<T> errors;    ///< of a strip, [neurons, B'], and then their left factors
  PackedGain<F> gain;
  // The following are there if the weights obey Dale's law and are learned.
  AlignedArray<T> unbounded;     ///< v r of a strip, [neurons, B]
  AlignedArray<T> signs;         ///< of the partners, [K]
  RowMatrix<T> P;                ///< of a group, [K, K]
  RowMatrix<T> rounded_columns;  ///< s^T in the precision of the weights, if P has another one
};

}  // namespace fullforce

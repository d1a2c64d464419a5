#pragma once
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/parallel/row_partition.hpp"

namespace fullforce {

/// The memory that the parts of an analysis take, in bytes, on the rank with the most rows. It is a pure value, for
/// checks before anything is allocated. Small arrays are left out.
class AnalysisShape {
 public:
  AnalysisShape(const RowPartition& partition, const NetworkOptions& network, const LearningOptions& learning,
                int threads);

  /// The recurrent weights of both networks (NetworkWeights).
  Index weights() const;
  /// What finding the eigenvalues of one network takes in addition to its weights, on the root.
  Index eigenvalues() const;
  /// The rates of both networks at so many samples (ActivitySamples).
  Index activity(Index samples) const;
  /// What principal_components() takes in addition to the samples of one network, on the root.
  Index components(Index samples) const;
  /// The first k Lyapunov exponents of both networks (RateTangents and LyapunovSpectrum).
  Index exponents(Index k) const;
  /// What the states take from which fixed points are looked for (StartStates).
  Index start_states(Index starts) const;
  /// What find_fixed_points() takes in addition, on the root.
  Index fixed_points(Index starts) const;

 private:
  bool has_factors() const;
  Index inner() const;
  Index target_weights() const;
  Index sparse_inputs() const;
  Index jacobian_eigenvalues() const;

  RowPartition partition_;
  NetworkOptions network_;
  LearningOptions learning_;
  int threads_;
};

}  // namespace fullforce

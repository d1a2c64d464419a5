#pragma once
#include <algorithm>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/basis.hpp"
#include "fullforce/learning/learning_options.hpp"

namespace fullforce {

/// The target-generating network's currents F of a step, [local rows, B], none of whose vectors is longer than
/// `longest`.
template <Real T>
struct TargetCurrents {
  const StreamArray<T>* F;
  double longest;
};

/// Second moments of the target currents, sum F F^T over all that were shown, as U C U^T in an orthonormal basis U
/// [N, d] that grows as they visit new directions. Not centred: what the recurrent weights are to make is F, its mean
/// included.
///
/// Holds this rank's rows of U; C [d, d] is the same on every rank.
template <Real T>
class CurrentMoments {
 public:
  /// Empty. A current adds a direction as a rate does with low-rank features: where its squared length outside of the
  /// basis is above rank_tolerance alpha, up to max_directions().
  CurrentMoments(const Layout& layout, const LearningOptions& options, Index streams);

  /// Takes the currents of all streams in. One reduction of (d + 1) B numbers, more where the basis grows; 2 N d B
  /// operations over all ranks, and 2 d^2 B on each. Throws RunError where a current is not finite. **Collective.**
  void add(const TargetCurrents<T>& currents, RegionTimer& timer);

  Index directions() const { return basis_.dimension(); }
  double energy() const { return basis_.energy(); }  ///< sum |F|^2

  /// The `count` (at most directions()) principal components with the largest moments, falling, into the first columns
  /// of `components` [local rows, count or more]: this rank's rows. Returns the energy along them. O(d^3) on every
  /// rank.
  double leading(Index count, RowMatrix<T>& components) const;

  static Index max_directions(Index neurons, const LearningOptions& options) {
    return std::min(neurons, std::max(options.max_rank, options.target_modes));
  }
  /// What leading() needs included.
  static Index bytes(const RowPartition& partition, const LearningOptions& options, Index streams);

  /// The group /learning/currents: the basis, and `moments` C. **Collective.**
  void persist(Archive& archive);

  /// Whether a file that is being loaded has them.
  static bool are_in(const Archive& archive);

 private:
  void read_coordinates();

  const Layout* layout_;
  Index streams_;
  std::vector<Index> all_;  ///< every stream
  Basis<T> basis_;
  RowMatrix<double> moments_;    ///< C, [max_directions, max_directions]
  RowMatrix<double> negated_;    ///< -a, [max_directions, B]
  RowMatrix<double> by_stream_;  ///< a^T, [B, max_directions]
};

}  // namespace fullforce

#pragma once
#include <algorithm>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/basis.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/target_currents.hpp"

namespace fullforce {

/// Second moments of the target currents, sum F F^T over all that were shown, as U C U^T in an orthonormal basis U
/// [N, d] that grows as they visit new directions. Not centred: what the recurrent weights are to make is F, its mean
/// included.
///
/// Holds this rank's rows of U; C [d, d] is the same on every rank.
template <Real T>
class CurrentMoments {
 public:
  struct Shape {
    RowPartition neurons;
    Index max_rank = 1;
    Index target_modes = 0;
    Index streams = 1;
    int threads = 1;

    Index max_directions() const { return std::min(neurons.rows(), std::max(max_rank, target_modes)); }
    Basis<T>::Shape basis() const { return {neurons, max_directions(), streams, threads}; }
    /// What leading() needs included.
    Index bytes() const;
    /// A step's currents, in so many directions.
    void account(double directions, const Extent& extent, StepAccount& account) const;
  };

  /// Empty. A current adds a direction as a rate does with low-rank features: where its squared length outside of the
  /// basis is above rank_tolerance alpha, up to Shape::max_directions().
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

  /// Adds what add() went through last.
  void account(StepAccount& account) const;

  /// The group /learning/currents: the basis, and `moments` C. **Collective.**
  void persist(Archive& archive);

  /// Whether a file that is being loaded has them.
  static bool are_in(const Archive& archive);

 private:
  void read_coordinates();

  const Layout* layout_;
  Shape shape_;
  Index streams_;
  std::vector<Index> all_;  ///< every stream
  Basis<T> basis_;
  RowMatrix<double> moments_;    ///< C, [max_directions, max_directions]
  RowMatrix<double> negated_;    ///< -a, [max_directions, B]
  RowMatrix<double> by_stream_;  ///< a^T, [B, max_directions]
};

}  // namespace fullforce

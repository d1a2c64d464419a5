#pragma once
#include <algorithm>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/basis.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/target_currents.hpp"

namespace fullforce {

/// The second moments of the target currents, sum F F^T over all currents that were shown. They are held as U C U^T in
/// an orthonormal basis U [N, d] that grows as the currents visit new directions. The moments are not centred, because
/// the recurrent weights are to make F with its mean.
///
/// A rank holds its own rows of U; C [d, d] is the same on every rank.
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
    typename Basis<T>::Shape basis() const { return {neurons, max_directions(), streams, threads}; }
    /// The memory on the rank with the most rows, with what leading() needs.
    Index bytes() const;
    /// Adds to `account` the currents of a step, in a basis of `directions` directions.
    void account(double directions, const Extent& extent, StepAccount& account) const;
  };

  /// Creates empty moments. A current adds a direction by the same rule as a rate does with low-rank features: if its
  /// squared length outside of the basis exceeds rank_tolerance times the mean squared length of the currents of all
  /// streams. There are at most Shape::max_directions() directions.
  CurrentMoments(const Layout& layout, const LearningOptions& options, Index streams);

  /// Adds the currents of all streams. The cost is one reduction of (d + 1) B numbers, or more if the basis grows; 2 N
  /// d B operations over all ranks; and 2 d^2 B operations on each rank. Throws RunError if a current is not finite.
  /// **Collective.**
  void add(const TargetCurrents<T>& currents, RegionTimer& timer);

  Index directions() const { return basis_.dimension(); }
  double energy() const { return basis_.energy(); }  ///< sum |F|^2

  /// Writes this rank's rows of the `count` principal components with the largest moments (count <= directions()) into
  /// the first columns of `components` [local rows, count or more], in order of falling moments. Returns the energy
  /// along them. The cost is O(d^3) on every rank.
  double leading(Index count, RowMatrix<T>& components) const;

  /// Adds to `account` what the last call of add() did.
  void account(StepAccount& account) const;

  /// Saves or loads the group /learning/currents: the basis, and C as `moments`. **Collective.**
  void persist(Archive& archive);

  /// Whether the file that is being loaded has the moments.
  static bool are_in(const Archive& archive);

 private:
  void read_coordinates();

  const Layout* layout_;
  Shape shape_;
  Index streams_;
  std::vector<Index> all_;  ///< numbers of all streams
  Basis<T> basis_;
  RowMatrix<double> moments_;    ///< C, [max_directions, max_directions]
  RowMatrix<double> negated_;    ///< -a, [max_directions, B]
  RowMatrix<double> by_stream_;  ///< a^T, [B, max_directions]
};

}  // namespace fullforce

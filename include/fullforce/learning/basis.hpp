#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/block_sums.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// An orthonormal basis U [N, d] of vectors over the neurons that were shown to it so far: of rates that were learned
/// from, whose coordinates a = U^T r are the low-rank features, or of target currents. It grows as they visit new
/// directions.
///
/// Holds this rank's rows of U; coordinates are the same on every rank. Everything that decides about growth comes from
/// sums that do not depend on the layout, so the basis grows alike on any number of ranks.
template <Real T>
class Basis {
 public:
  struct Shape {
    RowPartition neurons;
    Index max_rank = 1;  ///< directions at the most, or N if that is less
    Index vectors = 1;
    int threads = 1;

    Index max_dimension() const { return std::min(max_rank, neurons.rows()); }
    /// On the rank with the most rows.
    Index bytes() const;
    /// A projection onto so many directions.
    void account(double dimension, const Extent& extent, StepAccount& account) const;
  };

  /// Empty. `tolerance`: squared length outside of the basis above which a vector adds a direction. At most
  /// `max_rank` directions; `vectors` vectors at a time.
  Basis(const Layout& layout, Index max_rank, double tolerance, Index vectors);

  Basis(const Basis&) = delete;
  Basis& operator=(const Basis&) = delete;

  Index dimension() const { return dimension_; }
  Index max_dimension() const { return U_.cols(); }
  /// Has as many directions as it may have.
  bool full() const { return dimension_ == max_dimension(); }

  /// coordinates() of vectors [local rows, vectors] of which none is longer than `longest` (at least 1), and how much
  /// of them lies outside of the basis. One reduction of (d + 1) `vectors` numbers. Throws RunError where an element is
  /// not finite. **Collective.**
  void project(MatrixView<const T> v, double longest, RegionTimer& timer);

  /// Takes what the `chosen` of the projected vectors have outside of the basis into it, where that is more than the
  /// tolerance, and brings coordinates() up to date. Keeps account of what stays outside. **Collective.**
  void grow(MatrixView<const T> v, std::span<const Index> chosen, RegionTimer& timer);

  /// a = U^T v of the vectors projected last, [max_rank] each, zero from the rank on; the same on every rank.
  const GatheredVectors<double>& coordinates() const { return coordinates_; }
  /// The layout of the coordinates: all on this rank.
  const Layout& features() const { return features_; }

  /// |v - U a|^2 of a vector projected last.
  double outside(Index vector) const { return outside_[as_size(vector)]; }

  /// Sum of |v - U a|^2 over all vectors that grow() was given, and of |v|^2.
  double energy_left_out() const { return left_out_; }
  double energy() const { return energy_; }

  const RowMatrix<T>& matrix() const { return U_; }

  /// `group`/basis [N, d], and the energies as attributes of the group. **Collective.**
  void persist(Archive& archive, const std::string& group);

 private:
  Index sums_of_columns(Index columns) const { return columns * padded_vectors<T>(vectors_); }
  Index place(Index k, Index b, Index columns) const;
  void project_new(Index first, MatrixView<const T> v, RegionTimer& timer);
  void add_columns(RowBlock block, Index first, MatrixView<const T> v);
  void add_squares(RowBlock block, MatrixView<const T> v);
  void reduce(RegionTimer& timer);
  void update_coordinates(Index first);
  Index append_directions(MatrixView<const T> v, RegionTimer& timer);
  void take_candidates(MatrixView<const T> v);
  void orthogonalise(StreamArray<T>& v, RegionTimer& timer);
  double longest_residual() const;
  void find_gram(const StreamArray<T>& v, double bound, RegionTimer& timer);
  Index combine(Index count, double least, Index most);
  void apply_combinations(const StreamArray<T>& v, StreamArray<T>& combined);

  const Layout* layout_;
  Communicator self_;
  Layout features_;
  double tolerance_;
  Index vectors_;
  double bound_ = 1.0;  ///< no vector projected last is longer
  Index dimension_ = 0;
  double left_out_ = 0.0;
  double energy_ = 0.0;

  RowMatrix<T> U_;                       ///< [local rows, max_rank]
  GatheredVectors<double> coordinates_;  ///< a, [max_rank] each
  std::vector<double> squared_lengths_;  ///< |v|^2
  std::vector<double> outside_;          ///< |v|^2 - |a|^2
  BlockSums sums_;
  std::vector<Vectors<T>> block_sums_;         ///< U^T v of a block, of each thread
  std::vector<AlignedArray<double>> scratch_;  ///< of each thread
  std::vector<Index> candidates_;              ///< vectors that have something outside
  StreamArray<T> residual_;                    ///< that, [local rows, B']
  StreamArray<T> directions_;                  ///< its directions, [local rows, B']
  Vectors<T> inside_;                          ///< U^T v of either
  std::vector<double> gram_;                   ///< v^T v of either, [B, B]
  AlignedArray<double> factor_;                ///< combinations of them that are orthonormal, a column each
  std::vector<double> remaining_;
};

}  // namespace fullforce

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

/// An orthonormal basis U [N, d] of the vectors over neurons that were shown to it so far. It grows as the vectors
/// visit new directions. The vectors are either the rates that were learned from, whose coordinates a = U^T r are the
/// low-rank features, or the target currents.
///
/// J learned by recursive least squares starts at zero, so its rows lie in the span of the rates learned from. A fixed
/// random projection would need a higher dimension and would be another model. The components of a first run would need
/// another pass over the trials, and would be blind to what learning changes.
///
/// Coordinates are summed within a block of rows in the run's precision, and over blocks in integers. In double
/// precision throughout, U^T r would take twice the time.
///
/// A rank holds its own rows of U; the coordinates are the same on every rank. All decisions about growth come from
/// sums that do not depend on the layout, so the basis grows in the same way on any number of ranks.
template <Real T>
class Basis {
 public:
  struct Shape {
    RowPartition neurons;
    Index max_rank = 1;  ///< largest number of directions; N if that is less
    Index vectors = 1;
    int threads = 1;

    Index max_dimension() const { return std::min(max_rank, neurons.rows()); }
    /// The memory on the rank with the most rows.
    Index bytes() const;
    /// Adds to `account` a projection onto `dimension` directions.
    void account(double dimension, const Extent& extent, StepAccount& account) const;
  };

  /// Creates an empty basis. A vector adds a direction if its squared length outside of the basis exceeds `tolerance`
  /// times the mean squared length of the vectors that come with it. So the same tolerance suits any number of neurons.
  /// The basis takes at most `max_rank` directions, and a call gives it at most `vectors` vectors.
  Basis(const Layout& layout, Index max_rank, double tolerance, Index vectors);

  Basis(const Basis&) = delete;
  Basis& operator=(const Basis&) = delete;

  Index dimension() const { return dimension_; }
  Index max_dimension() const { return U_.cols(); }
  /// Whether the basis has as many directions as it may have.
  bool full() const { return dimension_ == max_dimension(); }

  /// Computes coordinates() of vectors [local rows, vectors], and how much of each lies outside of the basis. No vector
  /// may be longer than `longest`, which is at least 1. The cost is one reduction of (d + 1) `vectors` numbers. Throws
  /// RunError if an element is not finite. **Collective.**
  void project(const MatrixView<const T>& v, double longest, RegionTimer& timer);

  /// Adds to the basis what the `chosen` of the projected vectors have outside of it, if that exceeds the tolerance,
  /// and updates coordinates(). The energies count what stays outside. **Collective.**
  void grow(const MatrixView<const T>& v, std::span<const Index> chosen, RegionTimer& timer);

  /// The coordinates a = U^T v of the vectors projected last, [max_rank] each. Elements from the dimension of the basis
  /// on are zero. They are the same on every rank.
  const GatheredVectors<double>& coordinates() const { return coordinates_; }
  /// The layout of the coordinates: every rank holds all of them.
  const Layout& features() const { return features_; }

  /// |v - U a|^2 of one of the vectors projected last.
  double outside(Index vector) const { return outside_[as_size(vector)]; }

  /// The sum of |v - U a|^2, and the sum of |v|^2, over all vectors that grow() was given.
  double energy_left_out() const { return left_out_; }
  double energy() const { return energy_; }
  /// Sets both energies to 0, and keeps the directions.
  void forget_energy() { energy_ = left_out_ = 0.0; }

  const RowMatrix<T>& matrix() const { return U_; }

  /// Saves or loads `group`/basis [N, d], and the energies as attributes of the group. **Collective.**
  void persist(Archive& archive, const std::string& group);

 private:
  Index sums_of_columns(Index columns) const { return columns * padded_vectors<T>(vectors_); }
  Index place(Index k, Index b, Index columns) const;
  void project_new(Index first, const MatrixView<const T>& v, RegionTimer& timer);
  void add_columns(RowBlock block, Index first, const MatrixView<const T>& v);
  void add_squares(RowBlock block, const MatrixView<const T>& v);
  void reduce(RegionTimer& timer);
  void update_coordinates(Index first);
  Index append_directions(const MatrixView<const T>& v, RegionTimer& timer);
  void take_candidates(const MatrixView<const T>& v);
  void orthogonalise(StreamArray<T>& v, RegionTimer& timer);
  double longest_residual() const;
  void find_gram(const StreamArray<T>& v, double bound, RegionTimer& timer);
  Index combine(Index count, double least, Index most);
  void apply_combinations(const StreamArray<T>& v, StreamArray<T>& combined);

  const Layout* layout_;
  Communicator self_;
  Layout features_;
  double tolerance_;
  double least_ = 0.0;  ///< squared length outside of the basis that adds a direction, for the vectors of this call
  Index vectors_;
  double bound_ = 1.0;  ///< length that no vector projected last exceeds
  Index dimension_ = 0;
  double left_out_ = 0.0;
  double energy_ = 0.0;

  RowMatrix<T> U_;                       ///< [local rows, max_rank]
  GatheredVectors<double> coordinates_;  ///< a, [max_rank] for each vector
  std::vector<double> squared_lengths_;  ///< |v|^2 of each vector
  std::vector<double> outside_;          ///< |v|^2 - |a|^2 of each vector
  BlockSums sums_;
  std::vector<Vectors<T>> block_sums_;         ///< each thread's U^T v of a block
  std::vector<AlignedArray<double>> scratch_;  ///< one for each thread
  std::vector<Index> candidates_;              ///< vectors that have a part outside of the basis
  StreamArray<T> residual_;                    ///< parts of the candidates outside of the basis, [local rows, B']
  StreamArray<T> directions_;                  ///< directions of those parts, [local rows, B']
  Vectors<T> inside_;                          ///< U^T v of the residual or the directions
  std::vector<double> gram_;                   ///< v^T v of the residual or the directions, [B, B]
  AlignedArray<double> factor_;  ///< coefficients of orthonormal combinations of them, one combination in each column
  std::vector<double> remaining_;
};

}  // namespace fullforce

#pragma once
#include <optional>

#include "fullforce/learning/current_moments.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"

namespace fullforce {

/// The n leading principal components V [N, n] of the target currents, called target modes. The weights w onto n modes
/// are learned, with the errors w phi - V^T F, and the recurrent currents are z_rec = V w phi (the argument V of the
/// authors' published code). V comes from the currents of the init trials: it is zero until fix() and does not change
/// after that. Its columns are orthonormal, except that those from found() on are zero.
///
/// The moments that V comes from are not centred, because J r has no constant term. V is fixed when the first stream
/// ends its init trials, since learning needs V^T F; the projection V^T (J r - F) is a sum without a known bound.
///
/// A rank holds its own rows of V, and the outputs of the modes that layout() gives to it.
template <Real T>
class TargetModes {
 public:
  struct Shape {
    typename CurrentMoments<T>::Shape moments;
    bool collects = true;  ///< whether V is to be fixed from currents that are to come, which needs the moments

    Index count() const { return moments.target_modes; }
    Index bytes() const;
    /// Adds to `account` the projection V^T F of so many streams, or the product of V with the outputs of the modes.
    void account_of_projection(double streams, const Extent& extent, StepAccount& account) const;
    void account_of_expansion(const Extent& extent, StepAccount& account) const;
  };

  /// Prepares options.target_modes modes. `collects` says that V is to be fixed from currents that are to come;
  /// otherwise V can only be loaded from a file.
  TargetModes(const Layout& neurons, const LearningOptions& options, Index streams, bool collects);

  /// Allocates what the ranks of a node share, so that no step has to. **Collective.**
  void prepare() { gathered_.prepare(); }

  /// How the modes are distributed over the ranks.
  const Layout& layout() const { return layout_; }
  Index count() const { return layout_.rows(); }
  bool fixed() const { return !seen_; }

  /// Takes in the currents of a step of init trials. **Collective.**
  void observe(const TargetCurrents<T>& currents, RegionTimer& timer) { seen_->add(currents, timer); }
  /// Adds to `account` what the last call of observe() did.
  void account_of_observation(StepAccount& account) const { seen_->account(account); }
  /// Computes V from all currents that were observed, and forgets them. It frees memory, but needs some for the
  /// computation.
  void fix();

  /// Number of modes that the currents have: n, or the number of their directions if that is less.
  Index found() const { return found_; }
  double energy() const { return energy_; }             ///< sum |F|^2 over the currents that V was fixed from
  double energy_left_out() const { return left_out_; }  ///< part of that sum that lies outside of the modes

  /// Computes target(), which is V^T F, of the `selected` streams (in ascending order). The cost is one reduction of n
  /// B' numbers. Throws RunError if a current is not finite. **Collective.**
  void project(const TargetCurrents<T>& currents, std::span<const Index> selected, RegionTimer& timer);
  /// The element of V^T F for mode `i` of this rank and the k-th selected stream.
  double target(Index i, Index k) const { return sums_[(layout_.first_row() + i) * selected_ + k]; }

  /// The outputs w phi of this rank's modes, [local modes, B].
  StreamArray<T>& outputs() { return outputs_; }
  /// Computes currents = V outputs(), [local rows, B]. The cost is one gather of n B numbers and 2 N n B / ranks
  /// operations. **Collective.**
  void expand(StreamArray<T>& currents, RegionTimer& timer);

  const RowMatrix<T>& matrix() const { return V_; }

  /// Saves or loads V as /network/modes with its attributes and, as long as fix() is still to come, what it needs.
  /// **Collective.**
  void persist(Archive& archive);

 private:
  void choose(const StreamArray<T>& F, std::span<const Index> selected);

  const Layout* neurons_;
  Layout layout_;
  std::optional<CurrentMoments<T>> seen_;
  Index found_ = 0;
  double energy_ = 0.0;
  double left_out_ = 0.0;
  RowMatrix<T> V_;  ///< [local rows, n]
  Index selected_ = 0;
  StreamArray<T> chosen_;                      ///< F of the selected streams, [local rows, B']
  BlockSums sums_;                             ///< V^T F, [n, B']
  std::vector<AlignedArray<double>> scratch_;  ///< one for each thread
  StreamArray<T> outputs_;
  GatheredVectors<T> gathered_;  ///< outputs of the modes of all ranks
};

}  // namespace fullforce

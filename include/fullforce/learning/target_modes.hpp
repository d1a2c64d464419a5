#pragma once
#include <optional>

#include "fullforce/learning/current_moments.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"

namespace fullforce {

/// The n leading principal components V [N, n] of the target currents. What is learned are the weights w onto n modes,
/// with errors w phi - V^T F, and the recurrent currents are z_rec = V w phi (the argument V of the authors' published
/// code). V comes from the currents of the init trials: it is zero until fix(), fixed from then on, and its columns are
/// orthonormal, those behind found() zero.
///
/// Holds this rank's rows of V, and the outputs of the modes that layout() gives to this rank.
template <Real T>
class TargetModes {
 public:
  struct Shape {
    CurrentMoments<T>::Shape moments;

    Index count() const { return moments.target_modes; }
    Index bytes() const;
    /// V^T F of so many streams; V times the outputs of the modes.
    void account_of_projection(double streams, const Extent& extent, StepAccount& account) const;
    void account_of_expansion(const Extent& extent, StepAccount& account) const;
  };

  /// options.target_modes of them. `collects`: begins with currents to come, to be fixed; otherwise only a file brings
  /// V.
  TargetModes(const Layout& neurons, const LearningOptions& options, Index streams, bool collects);

  /// How the modes are dealt out over the ranks.
  const Layout& layout() const { return layout_; }
  Index count() const { return layout_.rows(); }
  bool fixed() const { return !seen_; }

  /// Takes currents of the init trials in. **Collective.**
  void observe(const TargetCurrents<T>& currents, RegionTimer& timer) { seen_->add(currents, timer); }
  /// Adds what observe() went through last.
  void account_of_observation(StepAccount& account) const { seen_->account(account); }
  /// Works out V from all currents seen, and forgets them. Frees memory, and takes some on the way.
  void fix();

  Index found() const { return found_; }                ///< how many the currents have: n, or their directions if fewer
  double energy() const { return energy_; }             ///< sum |F|^2 that V was fixed from
  double energy_left_out() const { return left_out_; }  ///< of it, outside of the modes

  /// target(), V^T F of the `selected` streams (ascending). One reduction of n B' numbers. Throws RunError where a
  /// current is not finite. **Collective.**
  void project(const TargetCurrents<T>& currents, std::span<const Index> selected, RegionTimer& timer);
  /// Of mode `i` of this rank's and the k-th selected stream.
  double target(Index i, Index k) const { return sums_[(layout_.first_row() + i) * selected_ + k]; }

  /// w phi of this rank's modes, [local modes, B].
  StreamArray<T>& outputs() { return outputs_; }
  /// currents = V outputs(), [local rows, B]. One gather of n B numbers; 2 N n B / ranks operations. **Collective.**
  void expand(StreamArray<T>& currents, RegionTimer& timer);

  const RowMatrix<T>& matrix() const { return V_; }

  /// /network/modes V with its attributes, and what fix() needs while it is still to come. **Collective.**
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
  StreamArray<T> chosen_;                      ///< F of the selected, [local rows, B']
  BlockSums sums_;                             ///< V^T F, [n, B']
  std::vector<AlignedArray<double>> scratch_;  ///< of each thread
  StreamArray<T> outputs_;
  GatheredVectors<T> gathered_;  ///< outputs of all ranks
};

}  // namespace fullforce

#pragma once
#include <span>

#include "fullforce/linalg/row_matrix.hpp"

namespace fullforce {

class Archive;
class RowPartition;

/// Least squares under Dale's law. The weights w of a neuron from K partners with the signs s (1 or -1) minimise the
/// same sum as without the law, but s_j w_j >= 0. The minimum is
///   v = w_free + P lambda,  with  s_j lambda_j >= 0,  s_j v_j >= 0  and  lambda_j v_j = 0,
/// where w_free are the weights without the law, P is the inverse correlation matrix and lambda are multipliers, of
/// which those at the bound differ from 0. An update by recursive least squares changes v as it changes w_free, by the
/// error of v. Coordinate descent on lambda (Hildreth 1957) then brings v back to the bounds: it takes the partners one
/// after the other,
///   lambda_j <- s_j max(0, s_j (lambda_j - v_j / P_jj)),  v <- v + P_j (change of lambda_j).
/// It ends before it has converged, so that some v_j are a little on the wrong side. The network has 0 for these.
///
/// Merely setting weights of the wrong sign to 0 after each update does not work: the other weights then do not make up
/// for it, and the learned weights grow without bounds.
template <Real T>
class SignConstraint {
 public:
  /// The number of times that a descent goes through all partners. More rounds did not make test errors smaller: with
  /// 2, 6 and 20 they were 1.1e-3, 3.3e-3 and 6.1e-3 (oscillation, N = K = 400, double precision, seed 1).
  static constexpr int rounds = 2;

  /// Begins with v = 0 and lambda = 0, of `rows` neurons with up to `inputs` partners.
  SignConstraint(Index rows, Index inputs) : v_(rows, inputs), multipliers_(rows, inputs) {}

  static Index bytes(Index rows, Index inputs) {
    return 2 * rows * row_stride<T>(inputs) * static_cast<Index>(sizeof(T));
  }

  /// v [rows, K], which the caller moves by updates.
  RowMatrix<T>& v() { return v_; }
  const RowMatrix<T>& v() const { return v_; }
  /// lambda [rows, K].
  const RowMatrix<T>& multipliers() const { return multipliers_; }

  /// Descends through the partners of a neuron, for which P [K, K] and the signs are given. P has grown by the factor
  /// `growth` since the last call, and lambda shrinks by it. The cost is 2 K operations for each partner at the bound
  /// or beyond, in each of the rounds.
  void descend(Index row, const MatrixView<const T>& P, std::span<const T> signs, double growth);

  /// Writes the weights that the network has to `weights`: v, or 0 where v has the wrong sign.
  void bound(Index row, std::span<const T> signs, T* weights) const;

  /// Begins anew with the `weights` of a neuron that somebody else gave it, unless they are those of its v: those of
  /// the wrong sign become 0, there and in v, and lambda is 0.
  void begin_with(Index row, std::span<const T> signs, T* weights);

  /// Saves or loads v and lambda. **Collective.**
  void persist(Archive& archive, const RowPartition& partition);

 private:
  RowMatrix<T> v_;
  RowMatrix<T> multipliers_;
};

}  // namespace fullforce

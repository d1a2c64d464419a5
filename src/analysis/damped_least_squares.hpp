#pragma once
#include <vector>

#include "fullforce/analysis/network_field.hpp"

namespace fullforce {

/// Solves d = argmin |F + A d|^2 + mu |d|^2 for several states side by side by conjugate gradients on the normal
/// equations (CGLS). A is the Jacobian at the states that the field was linearised at.
class DampedLeastSquares {
 public:
  /// The field must have its number of states by now and outlive the solver.
  explicit DampedLeastSquares(NetworkField& field);

  /// Solves for F [local rows, count] with a mu for each column. An iteration of a column ends once the gradient of the
  /// function has fallen to the fraction `tolerance` of its first value. At most `limit` iterations are made.
  /// **Collective.**
  void solve(const StreamArray<double>& F, const std::vector<double>& mu, const std::vector<double>& tolerance,
             Index limit);

  const StreamArray<double>& step() const { return d_; }                     ///< d, [local rows, count]
  const std::vector<double>& gradients() const { return first_gradients_; }  ///< |A^T F|^2, [count]
  std::vector<double> predicted() const;                                     ///< |F + A d|^2, [count]

  static constexpr Index arrays = 5;  ///< of [local rows, count] numbers

 private:
  void begin(const StreamArray<double>& F);
  void iterate(const std::vector<double>& mu, const std::vector<bool>& active);

  NetworkField* field_;
  StreamArray<double> d_;
  StreamArray<double> residual_;   ///< -F - A d
  StreamArray<double> gradient_;   ///< A^T residual - mu d
  StreamArray<double> direction_;  ///< in which d moves
  StreamArray<double> image_;      ///< A direction
  std::vector<double> gradients_;  ///< |gradient|^2
  std::vector<double> first_gradients_;
};

/// Computes y = a x + b y with a number a and b for each column. **Not collective.**
void combine(const Layout& layout, const std::vector<double>& a, const StreamArray<double>& x,
             const std::vector<double>& b, StreamArray<double>& y);

}  // namespace fullforce

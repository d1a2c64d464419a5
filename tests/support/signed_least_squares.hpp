#pragma once
#include <Eigen/Dense>
#include <limits>
#include <vector>

namespace fullforce {

/// The w that minimises w^T A w / 2 - b^T w with s_j w_j >= 0. It tries all sets of weights that may differ from zero,
/// and is meant for a few weights.
inline Eigen::VectorXd signed_least_squares(const Eigen::MatrixXd& A, const Eigen::VectorXd& b,
                                            const std::vector<double>& signs) {
  const auto size = static_cast<int>(b.size());
  Eigen::VectorXd best = Eigen::VectorXd::Zero(size);
  double least = 0.0;
  for (unsigned set = 1; set < 1u << size; ++set) {
    std::vector<int> free;
    for (int j = 0; j < size; ++j)
      if (set >> j & 1u) free.push_back(j);
    const Eigen::VectorXd part = A(free, free).ldlt().solve(b(free));
    Eigen::VectorXd w = Eigen::VectorXd::Zero(size);
    w(free) = part;
    bool obeys = true;
    for (int j = 0; j < size; ++j) obeys = obeys && signs[static_cast<std::size_t>(j)] * w(j) >= 0.0;
    const double value = 0.5 * w.dot(A * w) - b.dot(w);
    if (!obeys || value >= least) continue;
    least = value;
    best = w;
  }
  return best;
}

}  // namespace fullforce

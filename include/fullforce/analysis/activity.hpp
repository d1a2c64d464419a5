#pragma once
#include <span>
#include <vector>

#include "fullforce/analysis/inner_products.hpp"

namespace fullforce {

/// Rates of both networks at evenly spaced steps of a run, this rank's neurons only: 16 S bytes a neuron for S samples.
class ActivitySamples {
 public:
  /// Every so many-th of `steps` steps is kept, prime to `steps`, such that there are at most `limit` samples.
  ActivitySamples(const Layout& layout, Index steps, double dt, Index limit = 1000);

  /// The next step: rates of all neurons of the task-performing and the target-generating network, [N] each.
  void step(std::span<const double> rates, std::span<const double> target_rates);

  Index samples() const { return static_cast<Index>(time_.size()); }
  Index interval() const { return interval_; }                     ///< in steps
  const std::vector<double>& time() const { return time_; }        ///< of each sample since the run's first step, s
  MatrixView<const double> rates() const { return kept(rates_); }  ///< [local rows, samples]
  MatrixView<const double> target_rates() const { return kept(target_rates_); }

 private:
  MatrixView<const double> kept(const RowMatrix<double>& all) const;

  const Layout* layout_;
  Index interval_;
  double dt_;
  Index steps_ = 0;
  std::vector<double> time_;
  RowMatrix<double> rates_;
  RowMatrix<double> target_rates_;
};

/// Pearson's correlation of each neuron's rates in the two networks over the samples, [N] on the root (empty
/// elsewhere); NaN for a neuron whose rate does not change. **Collective.**
std::vector<double> rate_correlations(const Layout& layout, const ActivitySamples& activity);

/// Principal components of a network's rates over the samples; whole on the root, empty elsewhere.
struct PrincipalComponents {
  std::vector<double> variances;    ///< eigenvalues of the covariance over neurons, falling, [min(N, samples - 1)]
  std::vector<double> components;   ///< [N, shown], orthonormal
  std::vector<double> projections;  ///< [samples, shown], of the rates less their means
  std::vector<double> means;        ///< [N]
  Index shown = 0;

  double total_variance() const;
  double participation_ratio() const;      ///< (sum of variances)^2 / sum of their squares
  Index dimension(double fraction) const;  ///< components that make up this fraction of the total variance
};

/// By the eigenvectors of the samples' Gram matrix [samples, samples], so that no N x N matrix is needed.
/// **Collective.**
PrincipalComponents principal_components(const Layout& layout, MatrixView<const double> rates, Index shown = 20);

}  // namespace fullforce

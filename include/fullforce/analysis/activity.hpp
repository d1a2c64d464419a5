#pragma once
#include <span>
#include <vector>

#include "fullforce/analysis/inner_products.hpp"

namespace fullforce {

/// The rates of both networks at evenly spaced steps of a run. A rank keeps those of its own neurons, which takes 16 S
/// bytes for each neuron with S samples.
class ActivitySamples {
 public:
  static constexpr Index most_samples = 1000;

  /// Keeps the rates of every k-th of `steps` steps. The interval k has no common factor with `steps` and gives at most
  /// `limit` samples.
  ActivitySamples(const Layout& layout, Index steps, double dt, Index limit = most_samples);

  /// Receives the next step: the rates of all neurons of the task-performing and the target-generating network, [N]
  /// each.
  void step(std::span<const double> rates, std::span<const double> target_rates);

  Index samples() const { return static_cast<Index>(time_.size()); }
  Index interval() const { return interval_; }               ///< in steps
  const std::vector<double>& time() const { return time_; }  ///< time of each sample since the first step of the run, s
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

/// Pearson's correlation between the rates of each neuron in the two networks over the samples. It is [N] on the root
/// and empty elsewhere, and NaN for a neuron whose rate does not change. **Collective.**
std::vector<double> rate_correlations(const Layout& layout, const ActivitySamples& activity);

/// The principal components of the rates of a network over the samples. They are whole on the root and empty elsewhere.
struct PrincipalComponents {
  std::vector<double> variances;  ///< eigenvalues of the covariance matrix over neurons, falling, [min(N, samples - 1)]
  std::vector<double> components;   ///< [N, shown], orthonormal
  std::vector<double> projections;  ///< [samples, shown], of the rates less their means
  std::vector<double> means;        ///< [N]
  Index shown = 0;

  double total_variance() const;
  double participation_ratio() const;      ///< (sum of variances)^2 / sum of their squares
  Index dimension(double fraction) const;  ///< number of components that make up this fraction of the total variance
};

/// Computes the components from the eigenvectors of the samples' Gram matrix [samples, samples], so that no N x N
/// matrix is needed. **Collective.**
PrincipalComponents principal_components(const Layout& layout, const MatrixView<const double>& rates, Index shown = 20);

}  // namespace fullforce

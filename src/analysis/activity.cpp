#include "fullforce/analysis/activity.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "fullforce/analysis/matrix_product.hpp"
#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::span<const double> row_of(const MatrixView<const double>& rows, Index i) {
  return {rows.data + i * rows.stride, as_size(rows.cols)};
}

/// The interval is prime to the number of steps. Trials of one length are then sampled at all their phases; with a
/// common divisor they would be sampled at the same few phases again and again.
Index interval_of(Index steps, Index limit) {
  Index interval = std::max<Index>(1, (steps + limit - 1) / limit);
  while (std::gcd(interval, steps) > 1) ++interval;
  return interval;
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double correlation(std::span<const double> a, std::span<const double> b) {
  const double mean_a = mean_of(a), mean_b = mean_of(b);
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t s = 0; s < a.size(); ++s) {
    ab += (a[s] - mean_a) * (b[s] - mean_b);
    aa += (a[s] - mean_a) * (a[s] - mean_a);
    bb += (b[s] - mean_b) * (b[s] - mean_b);
  }
  return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : NAN;
}

}  // namespace

ActivitySamples::ActivitySamples(const Layout& layout, Index steps, double dt, Index limit)
    : layout_(&layout),
      interval_(interval_of(steps, limit)),
      dt_(dt),
      rates_(layout.local_rows(), (steps + interval_ - 1) / interval_),
      target_rates_(layout.local_rows(), rates_.cols()) {}

void ActivitySamples::step(std::span<const double> rates, std::span<const double> target_rates) {
  if (steps_++ % interval_ != 0) return;
  const Index sample = samples();
  FULLFORCE_EXPECT(sample < rates_.cols());
  time_.push_back(static_cast<double>(steps_) * dt_);
  for (Index i = 0; i < layout_->local_rows(); ++i) {
    rates_(i, sample) = rates[as_size(layout_->first_row() + i)];
    target_rates_(i, sample) = target_rates[as_size(layout_->first_row() + i)];
  }
}

MatrixView<const double> ActivitySamples::kept(const RowMatrix<double>& all) const {
  return all.from(0).first(samples());
}

std::vector<double> rate_correlations(const Layout& layout, const ActivitySamples& activity) {
  StreamArray<double> mine(layout, 1);
  for (Index i = 0; i < layout.local_rows(); ++i)
    mine(i, 0) = correlation(row_of(activity.rates(), i), row_of(activity.target_rates(), i));
  return gather_rows(layout, mine);
}

double PrincipalComponents::total_variance() const { return std::accumulate(variances.begin(), variances.end(), 0.0); }

double PrincipalComponents::participation_ratio() const {
  const double squares = std::inner_product(variances.begin(), variances.end(), variances.begin(), 0.0);
  return total_variance() * total_variance() / squares;
}

Index PrincipalComponents::dimension(double fraction) const {
  double sum = 0.0;
  for (std::size_t k = 0; k < variances.size(); ++k)
    if ((sum += variances[k]) >= fraction * total_variance()) return static_cast<Index>(k) + 1;
  return static_cast<Index>(variances.size());
}

namespace {

/// The eigenvalues, in falling order, and the leading eigenvectors [samples, shown] of the Gram matrix. The root finds
/// them and gives them to all ranks.
struct GramSolution {
  std::vector<double> values;
  std::vector<double> vectors;
};

GramSolution solve_gram(const Layout& layout, const std::vector<double>& gram, Index samples, Index shown) {
  GramSolution solution{std::vector<double>(as_size(samples)), std::vector<double>(as_size(samples * shown))};
  agree(layout.comm(), [&] {
    if (!layout.comm().is_root()) return;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
        Eigen::Map<const Matrix>(gram.data(), samples, samples));
    if (solver.info() != Eigen::Success) throw RunError("the eigenvalues of the rates' Gram matrix did not converge");
    for (Index k = 0; k < samples; ++k)
      solution.values[as_size(k)] = std::max(0.0, solver.eigenvalues()(samples - 1 - k));
    for (Index s = 0; s < samples; ++s)
      for (Index k = 0; k < shown; ++k)
        solution.vectors[as_size(s * shown + k)] = solver.eigenvectors()(s, samples - 1 - k);
  });
  layout.comm().broadcast(std::span(solution.values));
  layout.comm().broadcast(std::span(solution.vectors));
  return solution;
}

}  // namespace

PrincipalComponents principal_components(const Layout& layout, const MatrixView<const double>& rates, Index shown) {
  const Index samples = rates.cols;
  RowMatrix<double> centred(layout.local_rows(), samples);
  StreamArray<double> means(layout, 1);
  for (Index i = 0; i < layout.local_rows(); ++i) {
    const std::span<const double> values = row_of(rates, i);
    means(i, 0) = mean_of(values);
    for (Index s = 0; s < samples; ++s) centred(i, s) = values[as_size(s)] - means(i, 0);
  }
  PrincipalComponents result;
  result.shown = std::min({shown, layout.rows(), samples - 1});
  const GramSolution gram = solve_gram(layout, inner_products(layout, centred, centred), samples, result.shown);

  StreamArray<double> components(layout, result.shown);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index k = 0; k < result.shown; ++k) {
      double sum = 0.0;
      for (Index s = 0; s < samples; ++s) sum += centred(i, s) * gram.vectors[as_size(s * result.shown + k)];
      components(i, k) = gram.values[as_size(k)] > 0.0 ? sum / std::sqrt(gram.values[as_size(k)]) : 0.0;
    }
  result.components = gather_rows(layout, components);
  result.means = gather_rows(layout, means);
  if (!layout.comm().is_root()) return result;

  for (Index k = 0; k < std::min(layout.rows(), samples - 1); ++k)
    result.variances.push_back(gram.values[as_size(k)] / static_cast<double>(samples - 1));
  result.projections = gram.vectors;
  for (Index s = 0; s < samples; ++s)
    for (Index k = 0; k < result.shown; ++k)
      result.projections[as_size(s * result.shown + k)] *= std::sqrt(gram.values[as_size(k)]);
  return result;
}

}  // namespace fullforce

#include "analysis_results.hpp"

#include <algorithm>
#include <cmath>

namespace fullforce {
namespace {

std::vector<double> first_of(const std::vector<double>& values, std::size_t limit = 100) {
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min(limit, values.size()))};
}

Index size_of(const std::vector<double>& values) { return static_cast<Index>(values.size()); }

/// The value below which the given share of the sorted numbers lies.
double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return NAN;
  return sorted[as_size(std::llround(share * static_cast<double>(sorted.size() - 1)))];
}

}  // namespace

void AnalysisResults::add(const std::string& which, const WeightStatistics& statistics) {
  json_["weights"][which] = {
      {"mean", statistics.mean}, {"deviation", statistics.deviation}, {"largest", statistics.largest}};
  if (statistics.counts.empty()) return;
  const std::size_t bins = statistics.counts.size();
  std::vector<double> edges(bins + 1);
  for (std::size_t k = 0; k <= bins; ++k)
    edges[k] = statistics.largest * (2.0 * static_cast<double>(k) / static_cast<double>(bins) - 1.0);
  add_array({"/weights/" + which + "/counts",
             {static_cast<Index>(bins)},
             {statistics.counts.begin(), statistics.counts.end()}});
  add_array({"/weights/" + which + "/edges", {size_of(edges)}, edges});
}

void AnalysisResults::add(const std::string& which, const Spectrum& spectrum) {
  std::vector<double> pairs;
  double rightmost = -INFINITY;
  for (const std::complex<double>& value : spectrum.values) {
    pairs.insert(pairs.end(), {value.real(), value.imag()});
    rightmost = std::max(rightmost, value.real());
  }
  const Index found = static_cast<Index>(spectrum.values.size());
  json_["eigenvalues"][which] = {{"method", spectrum.method},
                                 {"found", found},
                                 {"wanted", spectrum.wanted},
                                 {"spectral_radius", found > 0 ? std::abs(spectrum.values.front()) : NAN},
                                 {"rightmost", rightmost}};
  add_array({"/eigenvalues/" + which, {found, 2}, pairs});
}

void AnalysisResults::add(const std::string& which, const PrincipalComponents& pca) {
  json_["pca"][which] = {{"participation_ratio", pca.participation_ratio()},
                         {"dimension_90", pca.dimension(0.9)},
                         {"dimension_99", pca.dimension(0.99)},
                         {"total_variance", pca.total_variance()},
                         {"leading_variances", first_of(pca.variances, 20)}};
  const std::string group = "/pca/" + which;
  add_array({group + "/variances", {size_of(pca.variances)}, pca.variances});
  add_array({group + "/components", {size_of(pca.means), pca.shown}, pca.components});
  add_array(
      {group + "/projections", {size_of(pca.projections) / std::max<Index>(1, pca.shown), pca.shown}, pca.projections});
  add_array({group + "/means", {size_of(pca.means)}, pca.means});
}

void AnalysisResults::add(const std::string& which, const LyapunovResult& lyapunov, double tau) {
  const double largest = lyapunov.exponents.empty() ? NAN : lyapunov.exponents.front();
  json_["lyapunov"][which] = {{"exponents_per_second", first_of(lyapunov.exponents)},
                              {"standard_errors", first_of(lyapunov.errors)},
                              {"largest_times_tau", largest * tau},
                              {"kaplan_yorke_dimension", kaplan_yorke_dimension(lyapunov.exponents)},
                              {"seconds", lyapunov.seconds},
                              {"transient_seconds", lyapunov.transient}};
  const std::string group = "/lyapunov/" + which;
  const Index k = size_of(lyapunov.exponents);
  std::vector<double> convergence;
  for (const std::vector<double>& row : lyapunov.convergence)
    convergence.insert(convergence.end(), row.begin(), row.end());
  add_array({group + "/exponents", {k}, lyapunov.exponents});
  add_array({group + "/errors", {k}, lyapunov.errors});
  add_array({group + "/time", {size_of(lyapunov.time)}, lyapunov.time});
  add_array({group + "/convergence", {size_of(lyapunov.time), k}, convergence});
}

void AnalysisResults::add_correlations(const std::vector<double>& correlations) {
  std::vector<double> sorted;
  std::copy_if(correlations.begin(), correlations.end(), std::back_inserter(sorted),
               [](double c) { return std::isfinite(c); });
  std::sort(sorted.begin(), sorted.end());
  json_["rate_correlation"] = {{"median", quantile(sorted, 0.5)},
                               {"lower_quartile", quantile(sorted, 0.25)},
                               {"upper_quartile", quantile(sorted, 0.75)},
                               {"smallest", quantile(sorted, 0.0)},
                               {"constant_neurons", size_of(correlations) - size_of(sorted)}};
  add_array({"/activity/correlations", {size_of(correlations)}, correlations});
}

}  // namespace fullforce

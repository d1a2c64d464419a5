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

nlohmann::ordered_json point_json(const StationaryPoint& point) {
  nlohmann::ordered_json leading = nullptr;
  if (!point.eigenvalues.empty()) leading = {point.eigenvalues.front().real(), point.eigenvalues.front().imag()};
  return {{"kind", point.fixed ? "fixed" : "slow"},
          {"q", point.q},
          {"unstable", point.unstable},
          {"leading_eigenvalue", leading},
          {"distance", point.distance},
          {"found_from", point.starts}};
}

/// The eigenvalues of all points, [points, most, 2]. NaN stands where a point has fewer than another.
ResultArray eigenvalues_of(const std::vector<StationaryPoint>& points) {
  std::size_t most = 0;
  for (const StationaryPoint& point : points) most = std::max(most, point.eigenvalues.size());
  std::vector<double> values(2 * most * points.size(), NAN);
  for (std::size_t p = 0; p < points.size(); ++p)
    for (std::size_t k = 0; k < points[p].eigenvalues.size(); ++k) {
      values[2 * (p * most + k)] = points[p].eigenvalues[k].real();
      values[2 * (p * most + k) + 1] = points[p].eigenvalues[k].imag();
    }
  return {"/fixed_points/eigenvalues", {static_cast<Index>(points.size()), static_cast<Index>(most), 2}, values};
}

/// The number of the point that each start led to, or -1.
std::vector<double> points_of_starts(const FixedPoints& found) {
  std::vector<double> numbers(found.minima.size(), -1.0);
  for (std::size_t p = 0; p < found.points.size(); ++p)
    for (const Index start : found.points[p].starts) numbers[as_size(start)] = static_cast<double>(p);
  return numbers;
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

void AnalysisResults::add(const FixedPoints& found, const std::vector<double>& input,
                          const std::vector<Index>& start_steps) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const StationaryPoint& point : found.points) points.push_back(point_json(point));
  json_["fixed_points"] = {{"input", input},
                           {"starts", found.minima.size()},
                           {"tolerance", MinimisationOptions{}.tolerance},
                           {"fixed", found.count(true)},
                           {"stable", found.stable()},
                           {"slow", found.count(false)},
                           {"unfinished", found.unfinished()},
                           {"points", points}};
  const Index count = static_cast<Index>(found.points.size()), starts = static_cast<Index>(found.minima.size());
  const auto add_column = [&](const std::string& name, Index length, const auto& value) {
    std::vector<double> column(as_size(length));
    for (std::size_t k = 0; k < column.size(); ++k) column[k] = static_cast<double>(value(k));
    add_array({"/fixed_points/" + name, {length}, column});
  };
  const Index neurons = size_of(found.states) / std::max<Index>(1, count);
  add_array({"/fixed_points/states", {count, neurons}, found.states});
  add_array({"/fixed_points/rates", {count, neurons}, found.rates});
  add_column("fixed", count, [&](std::size_t p) { return found.points[p].fixed ? 1.0 : 0.0; });
  add_column("q", count, [&](std::size_t p) { return found.points[p].q; });
  add_column("unstable", count, [&](std::size_t p) { return found.points[p].unstable; });
  add_column("distance", count, [&](std::size_t p) { return found.points[p].distance; });
  add_array(eigenvalues_of(found.points));
  add_array({"/fixed_points/start_points", {starts}, points_of_starts(found)});
  add_column("start_steps", starts, [&](std::size_t k) { return start_steps[k]; });
  add_column("start_q", starts, [&](std::size_t k) { return found.minima[k].q; });
  add_column("start_iterations", starts, [&](std::size_t k) { return found.minima[k].iterations; });
}

void AnalysisResults::add_regions(const std::vector<Region>& regions, const std::vector<double>& trial_ends) {
  for (const Region& region : regions) {
    json_["regions"][region.name] = {{"size", region.neurons.size()}};
    add_array({"/regions/" + region.name,
               {static_cast<Index>(region.neurons.size())},
               {region.neurons.begin(), region.neurons.end()}});
  }
  add_array({"/trial_ends", {size_of(trial_ends)}, trial_ends});
}

void AnalysisResults::add_currents(const Region& from, const Region& into, std::vector<double> currents) {
  double sum = 0.0, squares = 0.0;
  for (const double current : currents) {
    sum += std::abs(current);
    squares += current * current;
  }
  const double count = static_cast<double>(currents.size());
  json_["currents"][from.name + " to " + into.name] = {{"mean_magnitude", sum / count},
                                                       {"root_mean_square", std::sqrt(squares / count)}};
  const auto neurons = static_cast<Index>(into.neurons.size());
  add_array({"/currents/" + into.name + "/" + from.name, {size_of(currents) / neurons, neurons}, std::move(currents)});
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

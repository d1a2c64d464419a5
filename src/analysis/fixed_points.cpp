#include "fullforce/analysis/fixed_points.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fullforce/base/random.hpp"
#include "fullforce/model/neurons.hpp"

namespace fullforce {

StartStates::StartStates(const Layout& layout, Index steps, Index starts, std::uint64_t seed)
    : states_(layout, std::min(starts, steps)) {
  const Index count = states_.streams();
  for (Index k = 0; k < count; ++k) {
    const Index first = k * steps / count, length = (k + 1) * steps / count - first;
    const double place = Draws(seed, Purpose::fixed_point_starts, static_cast<std::uint64_t>(k)).uniform(0);
    steps_.push_back(first + static_cast<Index>(place * static_cast<double>(length)));
  }
}

void StartStates::step(std::span<const double> states) {
  if (kept_ < steps_.size() && steps_[kept_] == step_) {
    for (std::size_t i = 0; i < states.size(); ++i)
      states_(static_cast<Index>(i), static_cast<Index>(kept_)) = states[i];
    ++kept_;
  }
  ++step_;
}

Index FixedPoints::count(bool fixed) const {
  return std::count_if(points.begin(), points.end(),
                       [&](const StationaryPoint& point) { return point.fixed == fixed; });
}

Index FixedPoints::stable() const {
  return std::count_if(points.begin(), points.end(),
                       [](const StationaryPoint& point) { return point.fixed && point.unstable == 0; });
}

std::vector<Index> FixedPoints::unfinished() const {
  std::vector<Index> starts;
  for (std::size_t k = 0; k < minima.size(); ++k)
    if (minima[k].kind == Minimum::Kind::unfinished) starts.push_back(static_cast<Index>(k));
  return starts;
}

namespace {

/// The distances between the columns of x and those of y, [x.cols, y.cols], root mean square over the neurons.
std::vector<double> distances(const Layout& layout, const StreamArray<double>& x, const StreamArray<double>& y) {
  const std::vector<double> xx = column_products(layout, x, x), yy = column_products(layout, y, y);
  std::vector<double> result = inner_products(layout, x, y);
  for (std::size_t a = 0; a < xx.size(); ++a)
    for (std::size_t b = 0; b < yy.size(); ++b) {
      double& value = result[a * yy.size() + b];
      value = std::sqrt(std::max(0.0, xx[a] + yy[b] - 2.0 * value) / static_cast<double>(layout.rows()));
    }
  return result;
}

/// The root mean square of all elements, or 1 if all are zero.
double typical_magnitude(const Layout& layout, const StreamArray<double>& x) {
  const std::vector<double> squares = column_products(layout, x, x);
  const double sum = std::accumulate(squares.begin(), squares.end(), 0.0);
  return sum > 0.0 ? std::sqrt(sum / static_cast<double>(layout.rows() * x.streams())) : 1.0;
}

/// Collects the starts that led to the same point. The start whose q is smallest stands for a point, and is the first.
class Merging {
 public:
  Merging(const std::vector<Minimum>& minima, std::vector<double> distances, double same)
      : minima_(&minima), distances_(std::move(distances)), same_(same) {}

  std::vector<std::vector<Index>> groups() const {
    std::vector<std::vector<Index>> found;
    for (const Index start : by_q()) {
      const auto home = std::find_if(found.begin(), found.end(), [&](const std::vector<Index>& group) {
        return distances_[as_size(start) * minima_->size() + as_size(group.front())] <= same_;
      });
      if (home == found.end()) {
        found.push_back({start});
      } else {
        home->push_back(start);
      }
    }
    return found;
  }

 private:
  std::vector<Index> by_q() const {
    std::vector<Index> starts;
    for (std::size_t k = 0; k < minima_->size(); ++k)
      if ((*minima_)[k].kind != Minimum::Kind::unfinished) starts.push_back(static_cast<Index>(k));
    std::stable_sort(starts.begin(), starts.end(),
                     [&](Index a, Index b) { return (*minima_)[as_size(a)].q < (*minima_)[as_size(b)].q; });
    return starts;
  }

  const std::vector<Minimum>* minima_;
  std::vector<double> distances_;
  double same_;
};

Index count_unstable(const std::vector<std::complex<double>>& eigenvalues) {
  return std::count_if(eigenvalues.begin(), eigenvalues.end(),
                       [](const std::complex<double>& value) { return value.real() > StationaryPoint::neutral; });
}

/// Finds the eigenvalues of the Jacobian with these slopes. If all of those that were asked for are unstable, there may
/// be more, and twice as many are asked for.
void find_stability(const Layout& layout, const WeightMatrix& J, const std::vector<double>& slopes,
                    SpectrumOptions options, StationaryPoint& point) {
  for (bool enough = false; !enough; options.leading *= 2) {
    const Spectrum spectrum = jacobian_eigenvalues(layout, J, slopes, options);
    std::int64_t answer[2] = {count_unstable(spectrum.values), static_cast<Index>(spectrum.values.size())};
    layout.comm().broadcast(std::span<std::int64_t>(answer));
    point.unstable = answer[0];
    point.eigenvalues = spectrum.values;
    enough = spectrum.method != "leading" || answer[0] < answer[1] || options.leading >= layout.rows() - 2;
  }
}

/// A copy of some columns.
StreamArray<double> columns_of(const Layout& layout, const StreamArray<double>& x, const std::vector<Index>& columns) {
  StreamArray<double> chosen(layout, static_cast<Index>(columns.size()));
  for (Index i = 0; i < x.rows(); ++i)
    for (std::size_t c = 0; c < columns.size(); ++c) chosen(i, static_cast<Index>(c)) = x(i, columns[c]);
  return chosen;
}

/// The columns that stand for the points.
std::vector<Index> representatives(const std::vector<std::vector<Index>>& groups) {
  std::vector<Index> columns;
  for (const std::vector<Index>& group : groups) columns.push_back(group.front());
  return columns;
}

std::vector<Index> all_columns(const StreamArray<double>& x) {
  std::vector<Index> columns(as_size(x.streams()));
  std::iota(columns.begin(), columns.end(), Index{0});
  return columns;
}

double nearest(const std::vector<double>& distances, std::size_t point, std::size_t starts) {
  const auto first = distances.begin() + static_cast<std::ptrdiff_t>(point * starts);
  return *std::min_element(first, first + static_cast<std::ptrdiff_t>(starts));
}

/// Puts fixed points first, then those with fewer unstable directions, then those that were found from earlier starts.
/// Returns the order.
std::vector<std::size_t> order_of(const std::vector<StationaryPoint>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const StationaryPoint &p = points[a], &q = points[b];
    return std::tuple(!p.fixed, p.unstable, p.starts.front()) < std::tuple(!q.fixed, q.unstable, q.starts.front());
  });
  return order;
}

/// The points in a new order, with their states [N, points] of the root turned into [points, N].
void arrange(FixedPoints& found, const std::vector<double>& columns, Index rows) {
  const std::vector<std::size_t> order = order_of(found.points);
  std::vector<StationaryPoint> points;
  for (const std::size_t p : order) {
    points.push_back(std::move(found.points[p]));
    for (std::size_t i = 0; !columns.empty() && i < as_size(rows); ++i)
      found.states.push_back(columns[i * order.size() + p]);
  }
  found.points = std::move(points);
}

}  // namespace

FixedPoints find_fixed_points(const Layout& layout, const WeightMatrix& J, Nonlinearity nonlinearity,
                              std::span<const double> input_currents, const StreamArray<double>& starts,
                              const FixedPointOptions& options) {
  NetworkField field(layout, J, nonlinearity, input_currents);
  StreamArray<double> x = columns_of(layout, starts, all_columns(starts));
  FixedPoints found;
  found.minima = minimise_speed(field, x, options.minimisation);
  const std::vector<std::vector<Index>> groups =
      Merging(found.minima, distances(layout, x, x), options.same * typical_magnitude(layout, starts)).groups();
  if (groups.empty()) return found;
  const StreamArray<double> states = columns_of(layout, x, representatives(groups));
  const std::vector<double> to_starts = distances(layout, states, starts);
  field.resize(states.streams());
  field.linearise(states);
  for (std::size_t p = 0; p < groups.size(); ++p) {
    const Minimum& minimum = found.minima[as_size(groups[p].front())];
    StationaryPoint point{
        minimum.kind == Minimum::Kind::fixed, minimum.q, nearest(to_starts, p, found.minima.size()), groups[p], 0, {}};
    std::sort(point.starts.begin(), point.starts.end());
    find_stability(layout, J, field.slopes(static_cast<Index>(p)), options.spectrum, point);
    found.points.push_back(std::move(point));
  }
  arrange(found, gather_rows(layout, states), layout.rows());
  for (const double state : found.states) found.rates.push_back(rate_at_state(nonlinearity, state));
  return found;
}

}  // namespace fullforce

#include "fullforce/analysis/lyapunov.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/model/neurons.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t parts = 10;         // number of parts of a trajectory, for standard errors
constexpr std::size_t shown_times = 200;  // number of times at which the convergence is shown

/// Replaces V by V R^-1, where V^T V = R^T R is a Cholesky factorisation. Returns the logarithms of R's diagonal.
std::vector<double> cholesky_qr(const Layout& layout, StreamArray<double>& V) {
  const Index k = V.streams();
  const std::vector<double> gram = inner_products(layout, V, V);
  const Eigen::LLT<Matrix> factor(Eigen::Map<const Matrix>(gram.data(), k, k));
  if (factor.info() != Eigen::Success)
    throw RunError("tangent vectors became linearly dependent: ask for fewer Lyapunov exponents");
  // The errors of a block must be caught, because Eigen allocates memory while it solves.
  layout.try_each_block([&](RowBlock block) {
    Eigen::Map<Matrix, 0, Eigen::OuterStride<>> rows(V.row(block.local), block.rows, k,
                                                     Eigen::OuterStride<>(V.stride()));
    factor.matrixU().solveInPlace<Eigen::OnTheRight>(rows);
  });
  const Eigen::VectorXd logarithms = Matrix(factor.matrixL()).diagonal().array().log();
  return {logarithms.begin(), logarithms.end()};
}

}  // namespace

double kaplan_yorke_dimension(const std::vector<double>& exponents) {
  double sum = 0.0;
  for (std::size_t j = 0; j < exponents.size(); ++j) {
    if (sum + exponents[j] < 0.0) return static_cast<double>(j) + sum / -exponents[j];
    sum += exponents[j];
  }
  return NAN;
}

LyapunovSpectrum::LyapunovSpectrum(const Layout& layout, Index exponents, double dt, Index interval)
    : layout_(&layout), dt_(dt), interval_(interval), tangents_(layout, exponents) {
  FULLFORCE_EXPECT(exponents >= 1 && exponents <= layout.rows());
  for (Index i = 0; i < layout.local_rows(); ++i)
    Draws(0, Purpose::tangent_vectors, static_cast<std::uint64_t>(layout.first_row() + i))
        .normals(0, {tangents_.row(i), as_size(exponents)});
  orthonormalise();
}

/// The vectors are orthonormalised twice, because the second pass makes up for the rounding of the first.
std::vector<double> LyapunovSpectrum::orthonormalise() {
  std::vector<double> logarithms = cholesky_qr(*layout_, tangents_);
  const std::vector<double> rest = cholesky_qr(*layout_, tangents_);
  for (std::size_t j = 0; j < rest.size(); ++j) logarithms[j] += rest[j];
  return logarithms;
}

void LyapunovSpectrum::step(TangentMap& map) {
  map.advance(tangents_);
  if (++steps_ % interval_ == 0) growth_.push_back(orthonormalise());
}

double LyapunovSpectrum::mean(Index exponent, std::size_t first, std::size_t end) const {
  double sum = 0.0;
  for (std::size_t i = first; i < end; ++i) sum += growth_[i][as_size(exponent)];
  return sum / (static_cast<double>((end - first) * as_size(interval_)) * dt_);
}

LyapunovResult LyapunovSpectrum::result() const {
  LyapunovResult result;
  const std::size_t all = growth_.size(), first = all / parts, counted = all - first;
  if (all < 2 * parts) return result;
  const double interval = static_cast<double>(interval_) * dt_;
  result.transient = static_cast<double>(first) * interval;
  result.seconds = static_cast<double>(counted) * interval;
  const Index k = tangents_.streams();
  for (Index j = 0; j < k; ++j) {
    result.exponents.push_back(mean(j, first, all));
    double squares = 0.0;
    for (std::size_t p = 0; p < parts; ++p) {
      const double part = mean(j, first + p * counted / parts, first + (p + 1) * counted / parts);
      squares += (part - result.exponents.back()) * (part - result.exponents.back());
    }
    result.errors.push_back(std::sqrt(squares / static_cast<double>(parts * (parts - 1))));
  }
  const std::size_t shown = std::min(shown_times, counted);
  std::vector<double> sums(as_size(k), 0.0);
  for (std::size_t s = 1, i = 0; s <= shown; ++s) {
    for (; i < s * counted / shown; ++i)
      for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += growth_[first + i][j];
    result.time.push_back(static_cast<double>(i) * interval);
    result.convergence.push_back(sums);
    for (double& value : result.convergence.back()) value /= result.time.back();
  }
  return result;
}

RateTangents::RateTangents(const Layout& layout, const WeightMatrix& matrix, Index exponents, double relaxation,
                           Nonlinearity nonlinearity)
    : layout_(&layout),
      relaxation_(relaxation),
      nonlinearity_(nonlinearity),
      product_(layout, matrix, exponents),
      currents_(layout, exponents) {}

void RateTangents::advance(StreamArray<double>& tangents) {
  const Index k = tangents.streams();
  for (Index i = 0; i < layout_->local_rows(); ++i) {
    const double slope = slope_at_rate(nonlinearity_, rates_[as_size(layout_->first_row() + i)]);
    for (Index j = 0; j < k; ++j) currents_(i, j) = slope * tangents(i, j);
  }
  product_(currents_, currents_);
  for (Index i = 0; i < layout_->local_rows(); ++i)
    for (Index j = 0; j < k; ++j) tangents(i, j) += relaxation_ * (currents_(i, j) - tangents(i, j));
}

}  // namespace fullforce

#include "fullforce/model/current_bound.hpp"

#include <algorithm>
#include <cmath>

namespace fullforce {
namespace {

/// The largest magnitude in each column, over all ranks.
template <Real T>
std::vector<double> largest_weights(const Layout& layout, const RowMatrix<T>& weights) {
  std::vector<double> largest(as_size(weights.cols()));
  for (Index c = 0; c < weights.cols(); ++c) {
    double& of_column = largest[as_size(c)];
    for (Index i = 0; i < weights.rows(); ++i)
      of_column = std::max(of_column, std::abs(static_cast<double>(weights(i, c))));
    of_column = layout.comm().max(of_column);
  }
  return largest;
}

/// Returns the sum of weights[c] |signal(c, stream)| over all channels c.
double weigh(const std::vector<double>& weights, std::span<const double> signal, Index streams, Index stream) {
  double sum = 0.0;
  for (std::size_t c = 0; c < weights.size(); ++c)
    sum += weights[c] * std::abs(signal[c * as_size(streams) + as_size(stream)]);
  return sum;
}

}  // namespace

template <Real T>
CurrentBound<T>::CurrentBound(const Layout& layout, const Connectivity<T>& connectivity, double largest_rate)
    : root_neurons_(std::sqrt(static_cast<double>(layout.rows()))),
      recurrent_(largest_rate * layout.comm().max(connectivity.J_D.largest_row_sum())),
      outputs_(largest_weights(layout, connectivity.u_out)),
      hints_(largest_weights(layout, connectivity.u_hint)) {}

template <Real T>
double CurrentBound<T>::longest(const StepSignals& signals) const {
  double largest = 1.0;
  for (Index b = 0; b < signals.streams; ++b)
    largest = std::max(largest, recurrent_ + weigh(outputs_, signals.target, signals.streams, b) +
                                    weigh(hints_, signals.hint, signals.streams, b));
  return root_neurons_ * largest;
}

template class CurrentBound<float>;
template class CurrentBound<double>;

}  // namespace fullforce

#include "fullforce/model/connectivity.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/base/random.hpp"
#include "fullforce/io/archive.hpp"

namespace fullforce {
namespace {

template <Real T, class Value>
void fill_rows(const Layout& layout, RowMatrix<T>& matrix, const Value& value) {
  layout.for_each_block([&](RowBlock block) {
    std::vector<double> row(as_size(matrix.cols()));
    for (Index i = 0; i < block.rows; ++i) {
      value(static_cast<std::uint64_t>(block.first + i), std::span<double>(row));
      std::transform(row.begin(), row.end(), matrix.row(block.local + i), [](double v) { return static_cast<T>(v); });
    }
  });
}

template <Real T>
RowMatrix<T> signal_weights(const Layout& layout, Index signals, double gain, std::uint64_t seed, Purpose purpose) {
  RowMatrix<T> weights = RowMatrix<T>::packed(layout.local_rows(), signals);
  fill_rows(layout, weights, [&](std::uint64_t i, std::span<double> row) {
    Draws(seed, purpose, i).uniforms(0, row);
    for (double& v : row) v = gain * (2.0 * v - 1.0);
  });
  return weights;
}

}  // namespace

template <Real T>
Connectivity<T>::Connectivity(const Layout& layout, const NetworkOptions& options, const Task& task, std::uint64_t seed)
    : J_D(layout, options, seed),
      u_in(signal_weights<T>(layout, task.inputs(), options.input_gain, seed, Purpose::input_weights)),
      u_out(signal_weights<T>(layout, task.outputs(), options.output_gain, seed, Purpose::output_weights)),
      u_hint(signal_weights<T>(layout, task.hints(), options.hint_gain, seed, Purpose::hint_weights)) {}

template <Real T>
void Connectivity<T>::persist(Archive& archive, const Layout& layout, bool with_target) {
  const auto rows = [&](const char* name, RowMatrix<T>& m) { archive.rows<T>(name, layout.partition(), m.from(0)); };
  rows("/network/u_in", u_in);
  rows("/target/u_out", u_out);
  rows("/target/u_hint", u_hint);
  if (archive.saving() ? with_target : J_D.is_in(archive)) J_D.persist(archive, layout);
}

StepSignals::StepSignals(const Task& task, Index stream_count)
    : streams(stream_count),
      input(as_size(task.inputs() * stream_count)),
      target(as_size(task.outputs() * stream_count)),
      hint(as_size(task.hints() * stream_count)) {}

void StepSignals::read(const TrialStreams& source) {
  const auto put = [this](std::vector<double>& into, std::span<const double> sample, Index stream) {
    for (std::size_t c = 0; c < sample.size(); ++c) into[c * as_size(streams) + as_size(stream)] = sample[c];
  };
  std::fill(input.begin(), input.end(), 0.0);
  std::fill(target.begin(), target.end(), 0.0);
  std::fill(hint.begin(), hint.end(), 0.0);
  for (Index b = 0; b < streams; ++b) {
    if (source.phase(b) == StreamPhase::idle) continue;
    put(input, source.input(b), b);
    put(target, source.target(b), b);
    put(hint, source.hint(b), b);
  }
}

namespace {

/// Largest magnitude in each column, over all ranks.
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

/// sum_c weights[c] |signal(c, stream)|.
double weigh(const std::vector<double>& weights, std::span<const double> signal, Index streams, Index stream) {
  double sum = 0.0;
  for (std::size_t c = 0; c < weights.size(); ++c)
    sum += weights[c] * std::abs(signal[c * as_size(streams) + as_size(stream)]);
  return sum;
}

}  // namespace

template <Real T>
CurrentBound<T>::CurrentBound(const Layout& layout, const Connectivity<T>& connectivity)
    : root_neurons_(std::sqrt(static_cast<double>(layout.rows()))),
      recurrent_(layout.comm().max(connectivity.J_D.largest_row_sum())),
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

bool is_silent(std::span<const double> signal) {
  return std::all_of(signal.begin(), signal.end(), [](double v) { return v == 0.0; });
}

template <Real T>
void add_signal(RowBlock block, const RowMatrix<T>& weights, std::span<const double> signal, Index streams,
                MatrixView<T> currents) {
  for (Index c = 0; c < weights.cols(); ++c) {
    const double* const values = signal.data() + c * streams;
    if (is_silent({values, as_size(streams)})) continue;
    if (currents.stride == 1) {  // in whole registers
      const T value = static_cast<T>(values[0]);
      for (Index i = 0; i < block.rows; ++i) currents.data[i] += weights(block.local + i, c) * value;
      continue;
    }
    for (Index i = 0; i < block.rows; ++i) {
      T* const out = currents.data + i * currents.stride;
      const T weight = weights(block.local + i, c);
      for (Index b = 0; b < streams; ++b) out[b] += weight * static_cast<T>(values[b]);
    }
  }
}

template struct Connectivity<float>;
template struct Connectivity<double>;
template class CurrentBound<float>;
template class CurrentBound<double>;
template void add_signal(RowBlock, const RowMatrix<float>&, std::span<const double>, Index, MatrixView<float>);
template void add_signal(RowBlock, const RowMatrix<double>&, std::span<const double>, Index, MatrixView<double>);

}  // namespace fullforce

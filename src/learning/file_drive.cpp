#include "file_drive.hpp"

#include <algorithm>
#include <cmath>

namespace fullforce {

template <Real T>
FileDrive<T>::FileDrive(const Layout& layout, const DriveTargets& targets, const StepSignals& signals, bool all_rates)
    : Drive<T>(layout, shape(layout.partition(), {}, signals.streams, all_rates).rates, targets),
      shape_(layout.partition(), signals.streams, all_rates),
      source_(targets.source),
      signals_(&signals),
      columns_(columns_of_targets(layout, targets.neurons)),
      values_(layout, signals.streams) {}

template <Real T>
void FileDrive<T>::advance_target(RowBlock block, const TrialStreams&, InputCurrents<T>&) {
  for (Index b = 0; b < values_.streams(); ++b) {
    const std::span<const double> sample = signals_->neuron_targets[as_size(b)];
    for (Index i = block.local; i < block.local + block.rows && !sample.empty(); ++i)
      if (const Index column = columns_[as_size(i)]; column >= 0)
        values_(i, b) = static_cast<T>(sample[as_size(column)]);
  }
}

template <Real T>
TargetCurrents<T> FileDrive<T>::targets() const {
  return {&values_, bounded_ ? longest() : 0.0, this->has_target(),
          source_ == TargetSource::rates ? &this->rates().network() : nullptr};
}

/// The length of the longest target of the streams. Every rank finds the same one, since each has those of all neurons.
template <Real T>
double FileDrive<T>::longest() const {
  double longest = 0.0;
  for (const std::span<const double> sample : signals_->neuron_targets) {
    double squares = 0.0;
    for (const double value : sample) squares += value * value;
    longest = std::max(longest, std::sqrt(squares));
  }
  // Rounding to the precision of the targets may lengthen them.
  return longest * (1.0 + 0x1.0p-20);
}

template <Real T>
Index FileDrive<T>::Shape::bytes() const {
  const Index row = padded_vectors<T>(rates.streams) * static_cast<Index>(sizeof(T));
  return rates.partition.largest_row_count() * 2 * row + rates.bytes();
}

template <Real T>
double FileDrive<T>::Shape::file_bytes() const {
  return static_cast<double>(rates.partition.rows() * rates.streams) * sizeof(T);
}

template <Real T>
void FileDrive<T>::Shape::account(bool target_runs, const Extent&, StepAccount& account) const {
  account.gather(rates.bytes_gathered(target_runs));
}

template class FileDrive<float>;
template class FileDrive<double>;

}  // namespace fullforce

#include "fullforce/model/step_signals.hpp"

#include <algorithm>

namespace fullforce {

StepSignals::StepSignals(const Task& task, Index stream_count)
    : streams(stream_count),
      input(as_size(task.inputs() * stream_count)),
      target(as_size(task.outputs() * stream_count)),
      hint(as_size(task.hints() * stream_count)),
      mask(target.size()),
      neuron_targets(as_size(stream_count)) {}

void StepSignals::read(const TrialStreams& source) {
  const auto put = [this](std::vector<double>& into, std::span<const double> sample, Index stream) {
    for (std::size_t c = 0; c < sample.size(); ++c) into[c * as_size(streams) + as_size(stream)] = sample[c];
  };
  std::fill(input.begin(), input.end(), 0.0);
  std::fill(target.begin(), target.end(), 0.0);
  std::fill(hint.begin(), hint.end(), 0.0);
  std::fill(mask.begin(), mask.end(), std::uint8_t{0});
  std::fill(neuron_targets.begin(), neuron_targets.end(), std::span<const double>());
  for (Index b = 0; b < streams; ++b) {
    if (source.phase(b) == StreamPhase::idle) continue;
    put(input, source.input(b), b);
    put(target, source.target(b), b);
    put(hint, source.hint(b), b);
    neuron_targets[as_size(b)] = source.neuron_targets(b);
    const std::span<const std::uint8_t> counted = source.mask(b);
    for (std::size_t o = 0; o < source.target(b).size(); ++o)
      mask[o * as_size(streams) + as_size(b)] = counted.empty() ? 1 : counted[o];
  }
}

std::vector<Index> columns_of_targets(const Layout& layout, std::span<const Index> neurons) {
  std::vector<Index> columns(as_size(layout.local_rows()), -1);
  for (std::size_t c = 0; c < neurons.size(); ++c) {
    const Index local = neurons[c] - layout.first_row();
    if (local >= 0 && local < layout.local_rows()) columns[as_size(local)] = static_cast<Index>(c);
  }
  return columns;
}

bool is_silent(std::span<const double> signal) {
  return std::all_of(signal.begin(), signal.end(), [](double v) { return v == 0.0; });
}

template <Real T>
void add_signal(RowBlock block, const RowMatrix<T>& weights, std::span<const double> signal, Index streams,
                const MatrixView<T>& currents) {
  for (Index c = 0; c < weights.cols(); ++c) {
    const double* const values = signal.data() + c * streams;
    if (is_silent({values, as_size(streams)})) continue;
    // With one stream the neurons lie side by side, so the compiler can add in whole registers.
    if (currents.stride == 1) {
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

template void add_signal(RowBlock, const RowMatrix<float>&, std::span<const double>, Index, const MatrixView<float>&);
template void add_signal(RowBlock, const RowMatrix<double>&, std::span<const double>, Index, const MatrixView<double>&);

}  // namespace fullforce

#include "trial_observers.hpp"

#include <algorithm>
#include <numeric>

namespace fullforce {
namespace {

constexpr Index recorded_neurons = 10;

/// Copies what belongs to stream `b` from an array [n, streams] into contiguous numbers.
void take_stream(std::span<const double> all, Index streams, Index b, std::vector<double>& into) {
  for (std::size_t c = 0; c < into.size(); ++c) into[c] = all[c * as_size(streams) + as_size(b)];
}

}  // namespace

bool is_at_last_step(const TrialStreams& streams, Index stream) {
  return streams.position(stream) + 1 == streams.length(stream);
}

template <Real T>
StreamView<T>::StreamView(const Task& task, Index neurons)
    : neurons_(as_size(neurons)),
      rates_(neurons_.size()),
      target_rates_(neurons_.size()),
      outputs_(as_size(task.outputs())) {
  std::iota(neurons_.begin(), neurons_.end(), Index{0});
}

template <Real T>
StepView StreamView<T>::of(const Simulation<T>& simulation) {
  const TrialStreams& streams = simulation.streams();
  simulation.sample(0, neurons_, rates_, target_rates_);
  take_stream(simulation.outputs(), streams.streams(), 0, outputs_);
  return {rates_, target_rates_, streams.input(0), streams.target(0), outputs_, is_at_last_step(streams, 0)};
}

template <Real T>
Recorder<T>::Recorder(const Task& task, Index neurons, double dt) : dt_(dt) {
  recording_.n_out = task.outputs();
  recording_.n_in = task.inputs();
  recording_.n_rec = std::min(neurons, recorded_neurons);
  for (Index k = 0; k < recording_.n_rec; ++k) recording_.neurons.push_back(k * neurons / recording_.n_rec);
}

template <Real T>
void Recorder<T>::look(const Simulation<T>& simulation) {
  const TrialStreams& streams = simulation.streams();
  if (streams.phase(0) != StreamPhase::running) return;
  const Index steps = static_cast<Index>(recording_.time.size());
  recording_.time.push_back(static_cast<double>(steps) * dt_);
  const auto stream_0 = [&](std::span<const double> all, Index count, std::vector<double>& into) {
    for (Index c = 0; c < count; ++c) into.push_back(all[as_size(c * streams.streams())]);
  };
  stream_0(simulation.outputs(), recording_.n_out, recording_.outputs);
  stream_0(simulation.signals().target, recording_.n_out, recording_.targets);
  stream_0(simulation.signals().input, recording_.n_in, recording_.inputs);
  const std::size_t first = recording_.rates.size();
  recording_.rates.resize(first + recording_.neurons.size());
  recording_.target_rates.resize(first + recording_.neurons.size());
  simulation.sample(0, recording_.neurons, std::span(recording_.rates).subspan(first),
                    std::span(recording_.target_rates).subspan(first));
  if (is_at_last_step(streams, 0)) recording_.trial_ends.push_back(steps + 1);
}

template <Real T>
ScoreObserver<T>::ScoreObserver(const Task& task, Index streams)
    : scorer_(task.scorer(streams)), output_(as_size(task.outputs())) {}

template <Real T>
void ScoreObserver<T>::look(const Simulation<T>& simulation) {
  if (scorer_ == nullptr) return;
  const TrialStreams& streams = simulation.streams();
  for (Index b = 0; b < streams.streams(); ++b) {
    if (streams.phase(b) != StreamPhase::running) continue;
    take_stream(simulation.outputs(), streams.streams(), b, output_);
    scorer_->step(b, streams.input(b), streams.target(b), output_);
    if (is_at_last_step(streams, b)) scorer_->end_trial(b);
  }
}

template class StreamView<float>;
template class StreamView<double>;
template class Recorder<float>;
template class Recorder<double>;
template class ScoreObserver<float>;
template class ScoreObserver<double>;

}  // namespace fullforce

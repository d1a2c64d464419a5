#include "trial_observers.hpp"

#include <numeric>

#include "fullforce/run/session.hpp"

namespace fullforce {
namespace {

/// Copies what belongs to stream `b` from an array [n, streams] into contiguous numbers.
void take_stream(std::span<const double> all, Index streams, Index b, std::vector<double>& into) {
  for (std::size_t c = 0; c < into.size(); ++c) into[c] = all[c * as_size(streams) + as_size(b)];
}

}  // namespace

bool is_at_last_step(const TrialStreams& streams, Index stream) {
  return streams.position(stream) + 1 == streams.length(stream);
}

template <Real T>
StreamView<T>::StreamView(const Task& task, Index neurons, Index local)
    : neurons_(as_size(neurons)),
      rates_(neurons_.size()),
      target_rates_(neurons_.size()),
      states_(as_size(local)),
      outputs_(as_size(task.outputs())) {
  std::iota(neurons_.begin(), neurons_.end(), Index{0});
}

template <Real T>
StepView StreamView<T>::of(const Simulation<T>& simulation) {
  const TrialStreams& streams = simulation.streams();
  simulation.sample(0, neurons_, rates_, target_rates_);
  for (std::size_t i = 0; i < states_.size(); ++i)
    states_[i] = simulation.value(NeuronVariable::state, static_cast<Index>(i), 0);
  take_stream(simulation.outputs(), streams.streams(), 0, outputs_);
  return {rates_, target_rates_, states_, streams.input(0), streams.target(0), outputs_, is_at_last_step(streams, 0)};
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
template class ScoreObserver<float>;
template class ScoreObserver<double>;

}  // namespace fullforce

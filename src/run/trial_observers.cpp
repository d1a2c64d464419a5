#include "trial_observers.hpp"

#include <algorithm>
#include <numeric>

#include "fullforce/run/session.hpp"

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
  simulation.copy_states(0, states_);
  take_stream(simulation.outputs(), streams.streams(), 0, outputs_);
  return {rates_, target_rates_, states_, streams.input(0), streams.target(0), outputs_, is_at_last_step(streams, 0)};
}

Index recorded_steps(const Task& task, const TrialSchedule& schedule) {
  Index steps = 0;
  TrialStreams streams(task, schedule);
  for (; streams.phase(0) != StreamPhase::idle; streams.advance())
    if (streams.phase(0) == StreamPhase::running) ++steps;
  return steps;
}

namespace {

/// Calls visit(array, width) for every array of a recording that has a row of `width` numbers for each step.
template <class Visit>
void for_each_array(Recording& recording, const Visit& visit) {
  visit(recording.time, 1);
  visit(recording.outputs, recording.n_out);
  visit(recording.targets, recording.n_out);
  visit(recording.inputs, recording.n_in);
  visit(recording.rates, recording.n_rec);
  visit(recording.target_rates, recording.n_rec);
}

/// A recording without steps.
Recording empty_recording(const Task& task, Index neurons) {
  Recording recording;
  recording.n_out = task.outputs();
  recording.n_in = task.inputs();
  recording.n_rec = std::min(neurons, recorded_neurons);
  for (Index k = 0; k < recording.n_rec; ++k) recording.neurons.push_back(k * neurons / recording.n_rec);
  return recording;
}

}  // namespace

Index recording_bytes(const Task& task, const RunOptions& run, Index neurons) {
  Recording recording = empty_recording(task, neurons);
  Index numbers_of_a_step = 0;
  for_each_array(recording, [&](const std::vector<double>&, Index width) { numbers_of_a_step += width; });
  return recorded_steps(task, test_schedule(run)) * numbers_of_a_step * static_cast<Index>(sizeof(double));
}

template <Real T>
Recorder<T>::Recorder(const Task& task, Index neurons, double dt, Index steps, bool keeps)
    : dt_(dt),
      keeps_(keeps),
      recording_(empty_recording(task, neurons)),
      rates_(recording_.neurons.size()),
      target_rates_(recording_.neurons.size()) {
  if (!keeps) return;
  for_each_array(recording_, [&](std::vector<double>& array, Index width) { array.reserve(as_size(steps * width)); });
}

template <Real T>
void Recorder<T>::look(const Simulation<T>& simulation) {
  const TrialStreams& streams = simulation.streams();
  if (streams.phase(0) != StreamPhase::running) return;
  simulation.sample(0, recording_.neurons, rates_, target_rates_);
  if (!keeps_) return;
  const Index steps = static_cast<Index>(recording_.time.size());
  recording_.time.push_back(static_cast<double>(steps) * dt_);
  const auto stream_0 = [&](std::span<const double> all, Index count, std::vector<double>& into) {
    for (Index c = 0; c < count; ++c) into.push_back(all[as_size(c * streams.streams())]);
  };
  stream_0(simulation.outputs(), recording_.n_out, recording_.outputs);
  stream_0(simulation.signals().target, recording_.n_out, recording_.targets);
  stream_0(simulation.signals().input, recording_.n_in, recording_.inputs);
  recording_.rates.insert(recording_.rates.end(), rates_.begin(), rates_.end());
  recording_.target_rates.insert(recording_.target_rates.end(), target_rates_.begin(), target_rates_.end());
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

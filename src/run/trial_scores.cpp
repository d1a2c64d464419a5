#include "trial_scores.hpp"

#include <utility>

namespace fullforce {

template <Real T>
TrialScores<T>::TrialScores(const Task& task, Index streams, const LearnedTrials& learned_from)
    : task_(&task), learned_from_(&learned_from), running_(as_size(streams), Outputs(as_size(task.outputs()))) {
  scores_.from_file = !task.fingerprint().empty();
  scores_.output_names = task.output_names();
  scores_.outputs.resize(as_size(task.outputs()));
}

template <Real T>
void TrialScores<T>::look(const Simulation<T>& simulation) {
  const TrialStreams& streams = simulation.streams();
  const StepSignals& signals = simulation.signals();
  for (std::size_t b = 0; b < running_.size(); ++b) {
    if (streams.phase(static_cast<Index>(b)) != StreamPhase::running) continue;
    for (std::size_t o = 0; o < running_[b].size(); ++o) {
      const std::size_t at = o * running_.size() + b;
      if (signals.mask[at] != 0) running_[b][o].add(simulation.outputs()[at], signals.target[at]);
    }
  }
}

template <Real T>
void TrialScores<T>::end_trial(const TrialResult& result) {
  const TrialId id{TrialKind::test, static_cast<std::uint64_t>(result.number)};
  Outputs& running = running_[as_size(result.stream)];
  Outputs outputs = std::exchange(running, Outputs(running.size()));
  SquareSums squares{result.squared_error, result.squared_target};
  for (const OutputSums& output : outputs) squares.samples += output.squares().samples;
  waiting_[result.number] = {{task_->label(id), result.length, squares, has_learned(*learned_from_, *task_, id)},
                             std::move(outputs)};
  // A trial is the next one if as many were added as have lower numbers.
  while (!waiting_.empty() && waiting_.begin()->first == static_cast<Index>(scores_.trials.size()))
    add(std::move(waiting_.extract(waiting_.begin()).mapped()));
}

template <Real T>
void TrialScores<T>::add(Ended ended) {
  scores_.trials.push_back(std::move(ended.trial));
  for (std::size_t o = 0; o < ended.outputs.size(); ++o) scores_.outputs[o].add(ended.outputs[o]);
}

/// Where a test stops early, trials may still wait for others that will not end.
template <Real T>
TestScores TrialScores<T>::take() {
  while (!waiting_.empty()) add(std::move(waiting_.extract(waiting_.begin()).mapped()));
  return std::move(scores_);
}

template class TrialScores<float>;
template class TrialScores<double>;

}  // namespace fullforce

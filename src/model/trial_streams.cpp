#include "fullforce/model/trial_streams.hpp"

#include <algorithm>
#include <numeric>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

template <class T>
std::span<const T> sample(std::span<const T> signal, Index position, Index width) {
  return signal.subspan(as_size(position * width), as_size(width));
}

}  // namespace

TrialStreams::TrialStreams(const Task& task, const TrialSchedule& plan)
    : task_(&task),
      plan_(plan),
      phase_(as_size(plan.streams), StreamPhase::init),
      trial_(as_size(plan.streams), 0),
      position_(as_size(plan.streams), 0),
      n_neuron_(static_cast<Index>(task.neuron_targets().neurons.size())),
      init_trials_(as_size(plan.streams), plan.init_trials),
      scratch_(as_size(plan.streams)),
      signals_(as_size(plan.streams)) {
  ended_.reserve(as_size(plan.streams));
  for (Index b = 0; b < plan.streams; ++b) {
    if (plan.init_trials == 0) {
      begin_next(b);
      continue;
    }
    load(b);
    if (!task.fixed()) continue;
    position_[as_size(b)] = b * length(b) / plan.streams;
    if (position(b) > 0) ++init_trials_[as_size(b)];
  }
}

/// The number of init trials of the streams before `end`.
Index TrialStreams::init_trials_before(Index end) const {
  return std::accumulate(init_trials_.begin(), init_trials_.begin() + end, Index{0});
}

bool TrialStreams::finished() const {
  return std::all_of(phase_.begin(), phase_.end(), [](StreamPhase p) { return p == StreamPhase::idle; });
}

bool TrialStreams::any_in(StreamPhase phase) const {
  return std::find(phase_.begin(), phase_.end(), phase) != phase_.end();
}

StageProgress TrialStreams::progress() const {
  const bool forced = any_forced();
  const StreamPhase shown = forced ? StreamPhase::init : StreamPhase::running;
  double done = forced ? 0.0 : static_cast<double>(next_trial_);
  for (Index b = 0; b < plan_.streams; ++b) {
    if (forced && phase(b) != StreamPhase::init) done += static_cast<double>(init_trials_[as_size(b)]);
    if (phase(b) != shown) continue;
    const double share = static_cast<double>(position(b)) / static_cast<double>(length(b));
    done += forced ? static_cast<double>(trial(b)) + share : share - 1.0;
  }
  const Index all = forced ? init_trials_before(streams()) : plan_.trials;
  return {forced, std::min(all, static_cast<Index>(done) + 1), all,
          done / static_cast<double>(std::max<Index>(1, all))};
}

TrialId TrialStreams::trial_id(Index stream) const {
  if (phase(stream) == StreamPhase::init)
    return {plan_.init_kind, static_cast<std::uint64_t>(init_trials_before(stream) + trial(stream))};
  return {plan_.kind, static_cast<std::uint64_t>(trial(stream))};
}

std::span<const double> TrialStreams::input(Index stream) const {
  return sample(signals_[as_size(stream)].inputs, position(stream), task_->inputs());
}

std::span<const double> TrialStreams::target(Index stream) const {
  return sample(signals_[as_size(stream)].targets, position(stream), task_->outputs());
}

std::span<const double> TrialStreams::hint(Index stream) const {
  return sample(signals_[as_size(stream)].hints, position(stream), task_->hints());
}

std::span<const std::uint8_t> TrialStreams::mask(Index stream) const {
  const std::span<const std::uint8_t> masks = signals_[as_size(stream)].masks;
  return masks.empty() ? masks : sample(masks, position(stream), task_->outputs());
}

std::span<const double> TrialStreams::neuron_targets(Index stream) const {
  return sample(signals_[as_size(stream)].neuron_targets, position(stream), n_neuron_);
}

void TrialStreams::load(Index stream) {
  signals_[as_size(stream)] = task_->view(trial_id(stream), scratch_[as_size(stream)]);
}

/// Gives the stream the next trial that was not dealt out yet. If there is none, the stream is idle.
void TrialStreams::begin_next(Index stream) {
  position_[as_size(stream)] = 0;
  if (next_trial_ >= plan_.trials) {
    phase_[as_size(stream)] = StreamPhase::idle;
    trial_[as_size(stream)] = 0;
    return;
  }
  phase_[as_size(stream)] = StreamPhase::running;
  trial_[as_size(stream)] = next_trial_++;
  load(stream);
}

std::span<const FinishedTrial> TrialStreams::advance() {
  ended_.clear();
  if (any_idle()) ++idle_steps_;
  for (Index b = 0; b < plan_.streams; ++b) {
    if (phase(b) == StreamPhase::idle || ++position_[as_size(b)] < length(b)) continue;
    ended_.push_back({b, phase(b), trial(b), length(b)});
    if (phase(b) == StreamPhase::init && trial(b) + 1 < init_trials_[as_size(b)]) {
      ++trial_[as_size(b)];
      position_[as_size(b)] = 0;
      load(b);
    } else {
      begin_next(b);
    }
  }
  return ended_;
}

std::vector<Index> TrialStreams::phases() const {
  std::vector<Index> numbers(phase_.size());
  std::transform(phase_.begin(), phase_.end(), numbers.begin(), [](StreamPhase p) { return static_cast<Index>(p); });
  return numbers;
}

void TrialStreams::restore(std::span<const Index> phases, std::span<const Index> trials,
                           std::span<const Index> positions, Index next_trial, Index idle_steps) {
  const auto fits = [this](std::span<const Index> values) { return values.size() == phase_.size(); };
  require(fits(phases) && fits(trials) && fits(positions), "the file's progress is not that of {} streams",
          plan_.streams);
  require(next_trial >= 0, "the file's progress is damaged: next_trial = {}", next_trial);
  next_trial_ = next_trial;
  for (Index b = 0; b < plan_.streams; ++b) {
    require(phases[as_size(b)] >= 0 && phases[as_size(b)] <= 2 && trials[as_size(b)] >= 0,
            "the file's progress is damaged: stream {} is in trial {} of phase {}", b, trials[as_size(b)],
            phases[as_size(b)]);
    phase_[as_size(b)] = static_cast<StreamPhase>(phases[as_size(b)]);
    trial_[as_size(b)] = trials[as_size(b)];
    position_[as_size(b)] = positions[as_size(b)];
    if (phase(b) == StreamPhase::idle) {
      begin_next(b);
      continue;
    }
    load(b);
    // The trials file may have been exchanged since the checkpoint. Positions then no longer fit the lengths of the
    // trials.
    require(position(b) >= 0 && position(b) < length(b),
            "stream {} stopped at step {} of a trial that now has {} steps (the task is no longer the one of this run; "
            "restore its trials)",
            b, position(b), length(b));
  }
  idle_steps_ = any_idle() ? idle_steps : 0;
}

}  // namespace fullforce

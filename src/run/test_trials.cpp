#include "test_trials.hpp"

#include <algorithm>
#include <numeric>

#include "fullforce/parallel/thread_team.hpp"

namespace fullforce {
namespace {

constexpr Index recorded_neurons = 10;

bool is_last_step(const TrialStreams& streams, Index stream) {
  return streams.position(stream) + 1 == streams.length(stream);
}

/// What stream `b` has of an array [n, streams], as contiguous numbers.
void take_stream(std::span<const double> all, Index streams, Index b, std::vector<double>& into) {
  for (std::size_t c = 0; c < into.size(); ++c) into[c] = all[c * as_size(streams) + as_size(b)];
}

/// Shows stream 0 to an observer, all neurons of it.
template <Real T>
class StreamView {
 public:
  StreamView(const Task& task, Index neurons)
      : neurons_(as_size(neurons)),
        rates_(neurons_.size()),
        target_rates_(neurons_.size()),
        outputs_(as_size(task.outputs())) {
    std::iota(neurons_.begin(), neurons_.end(), Index{0});
  }

  /// **Collective.**
  StepView of(const Simulation<T>& simulation) {
    const TrialStreams& streams = simulation.streams();
    simulation.sample(0, neurons_, rates_, target_rates_);
    take_stream(simulation.outputs(), streams.streams(), 0, outputs_);
    return {rates_, target_rates_, streams.input(0), streams.target(0), outputs_, is_last_step(streams, 0)};
  }

 private:
  std::vector<Index> neurons_;
  std::vector<double> rates_, target_rates_, outputs_;
};

/// Notes what stream 0 does in its test trials, with a few neurons spread over the network.
template <Real T>
class Recorder {
 public:
  Recorder(const Task& task, Index neurons, double dt) : dt_(dt) {
    recording_.n_out = task.outputs();
    recording_.n_in = task.inputs();
    recording_.n_rec = std::min(neurons, recorded_neurons);
    for (Index k = 0; k < recording_.n_rec; ++k) recording_.neurons.push_back(k * neurons / recording_.n_rec);
  }

  void look(const Simulation<T>& simulation) {
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
    if (is_last_step(streams, 0)) recording_.trial_ends.push_back(steps + 1);
  }

  Recording take() { return std::move(recording_); }

 private:
  double dt_;
  Recording recording_;
};

/// Shows the task's scorer, if it has one, every step of the test trials.
template <Real T>
class ScoreObserver {
 public:
  ScoreObserver(const Task& task, Index streams) : scorer_(task.scorer(streams)), output_(as_size(task.outputs())) {}

  void look(const Simulation<T>& simulation) {
    if (scorer_ == nullptr) return;
    const TrialStreams& streams = simulation.streams();
    for (Index b = 0; b < streams.streams(); ++b) {
      if (streams.phase(b) != StreamPhase::running) continue;
      take_stream(simulation.outputs(), streams.streams(), b, output_);
      scorer_->step(b, streams.input(b), streams.target(b), output_);
      if (is_last_step(streams, b)) scorer_->end_trial(b);
    }
  }

  std::vector<Score> scores() const { return scorer_ == nullptr ? std::vector<Score>() : scorer_->scores(); }

 private:
  std::unique_ptr<Scorer> scorer_;
  std::vector<double> output_;
};

}  // namespace

template <Real T>
TestResult run_test_trials(const Layout& layout, const Task& task, const TestJob& plan,
                           const Connectivity<T>& connectivity, Rls<T>& rls, Progress& progress,
                           const std::function<bool()>& stop_asked) {
  const SimulationOptions options{plan.network, plan.learning.rule, 0.0, plan.run.seed, true};
  const TrialSchedule streams{plan.run.streams, plan.run.init_trials, plan.run.test_trials, TrialKind::test_init,
                              TrialKind::test};
  Simulation<T> simulation(layout, options, task, streams, connectivity, rls);
  Recorder<T> recorder(task, plan.network.neurons, plan.network.dt);
  ScoreObserver<T> score_observer(task, plan.run.streams);
  StreamView<T> stream_0(task, plan.observe ? plan.network.neurons : 0);
  const bool observed = plan.record || plan.observe;
  const auto look = [&](const Simulation<T>& s) {
    score_observer.look(s);
    if (plan.record) recorder.look(s);
    if (plan.observe && s.streams().phase(0) == StreamPhase::running) plan.observe(stream_0.of(s));
  };
  simulation.observe(look, observed);

  const Stopwatch clock;
  TestResult result;
  double error = -1.0;
  ThreadTeam::stand_by([&] {
    while (!simulation.finished()) {
      for (const TrialResult& trial : simulation.step()) {
        ++result.trials;
        result.squared_error += trial.squared_error;
        result.squared_target += trial.squared_target;
        error = trial.error();
      }
      result.stopped = !simulation.finished() && stop_asked();
      if (result.stopped) break;
      if (!progress.due()) continue;
      const double rate = static_cast<double>(simulation.steps() * plan.run.streams) / std::max(clock.seconds(), 1e-9);
      const StageProgress phase = simulation.streams().progress();
      progress.update({phase.forced ? "test init" : "test", phase.trial, phase.trials, error, phase.done, rate});
    }
  });
  result.steps = simulation.steps();
  result.seconds = clock.seconds();
  result.scores = score_observer.scores();
  if (plan.record) result.recording = recorder.take();
  return result;
}

template TestResult run_test_trials(const Layout&, const Task&, const TestJob&, const Connectivity<float>&, Rls<float>&,
                                    Progress&, const std::function<bool()>&);
template TestResult run_test_trials(const Layout&, const Task&, const TestJob&, const Connectivity<double>&,
                                    Rls<double>&, Progress&, const std::function<bool()>&);

}  // namespace fullforce

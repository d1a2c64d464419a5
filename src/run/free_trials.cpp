#include "free_trials.hpp"

#include <algorithm>
#include <optional>

#include "fullforce/parallel/thread_team.hpp"
#include "recorder.hpp"
#include "trial_observers.hpp"
#include "trial_scores.hpp"

namespace fullforce {
namespace {

/// A test that is in progress.
template <Real T>
class FreeTrials {
 public:
  FreeTrials(Session<T>& session, const RunOptions& run, double noise, const TestViews& views)
      : simulation_(&session.start_test(test_schedule(run), run.seed, noise)),
        views_(&views),
        task_(&session.task().for_tests()),
        scores_(*task_, run.streams, views.learned_from),
        task_scores_(*task_, run.streams),
        stream_0_(*task_, views.observe ? session.layout().rows() : 0,
                  views.observe ? session.layout().local_rows() : 0) {
    if (views.recording)
      recorder_.emplace(session.layout(), *task_, run, session.options().network.dt, *views.recording);
    simulation_->observe([this](const Simulation<T>& s) { look(s); }, views.recording || views.observe);
  }

  TestResult run(Progress& progress, const std::function<bool()>& stop_asked) {
    ThreadTeam::stand_by([&] {
      while (!simulation_->finished() && !result_.stopped) {
        step();
        result_.stopped = !simulation_->finished() && stop_asked();
        if (progress.due()) show(progress);
      }
    });
    result_.steps = simulation_->steps();
    result_.seconds = clock_.seconds();
    result_.scores = scores_.take();
    result_.of_task = task_scores_.scores();
    if (recorder_) recorder_->commit();
    return std::move(result_);
  }

 private:
  void look(const Simulation<T>& simulation) {
    scores_.look(simulation);
    task_scores_.look(simulation);
    if (recorder_) recorder_->look(simulation);
    if (views_->observe && simulation.streams().phase(0) == StreamPhase::running)
      views_->observe(stream_0_.of(simulation));
  }

  void step() {
    for (const TrialResult& trial : simulation_->step()) {
      scores_.end_trial(trial);
      last_error_ = trial.error();
    }
  }

  void show(Progress& progress) const {
    const TrialStreams& streams = simulation_->streams();
    const double samples = static_cast<double>(simulation_->steps() * streams.streams());
    const StageProgress stage = streams.progress();
    progress.update({stage.forced ? "test init" : "test", stage.trial, stage.trials, last_error_, stage.done,
                     samples / std::max(clock_.seconds(), 1e-9)});
  }

  Simulation<T>* simulation_;
  const TestViews* views_;
  const Task* task_;
  TrialScores<T> scores_;
  ScoreObserver<T> task_scores_;
  std::optional<Recorder<T>> recorder_;
  StreamView<T> stream_0_;
  Stopwatch clock_;
  TestResult result_;
  double last_error_ = -1.0;
};

}  // namespace

template <Real T>
TestResult run_free_trials(Session<T>& session, const RunOptions& run, double noise, const TestViews& views,
                           Progress& progress, const std::function<bool()>& stop_asked) {
  return FreeTrials<T>(session, run, noise, views).run(progress, stop_asked);
}

template TestResult run_free_trials(Session<float>&, const RunOptions&, double, const TestViews&, Progress&,
                                    const std::function<bool()>&);
template TestResult run_free_trials(Session<double>&, const RunOptions&, double, const TestViews&, Progress&,
                                    const std::function<bool()>&);

}  // namespace fullforce

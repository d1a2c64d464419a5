#include "fullforce/forecast/run_steps.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fullforce/run/trial_counts.hpp"

namespace fullforce {
namespace {

double number(Index value) { return static_cast<double>(value); }

/// Three times of a phase, in steps since it began. They are when the first stream has ended its init trials, when the
/// last stream has ended them, and when all trials have ended.
struct Timeline {
  double first_free = 0.0;
  double last_forced = 0.0;
  double end = 0.0;
};

/// Follows the streams through a phase. Streams of a fixed trial begin within it, and run the rest of it before their
/// init trials. Each stream takes the next trial when it has ended one.
Timeline timeline(const RunOptions& run, const Task& task, TrialKind init_kind, Index trials, TrialKind kind) {
  const double forced = number(run.init_trials) * mean_length(task, init_kind, run.init_trials * run.streams);
  std::vector<double> free(as_size(run.streams), forced);
  if (task.fixed() && run.init_trials > 0)
    for (Index b = 1; b < run.streams; ++b) {
      const double length = forced / number(run.init_trials);
      const double start = std::floor(number(b) / number(run.streams) * length);
      if (start > 0.0) free[as_size(b)] += length - start;
    }
  Timeline timeline{std::ranges::min(free), std::ranges::max(free), 0.0};
  const double length = mean_length(task, kind, trials);
  // While every stream has a trial, the streams end their trials in the same order in each round.
  const Index rounds = trials / run.streams;
  for (double& when : free) when += number(rounds) * length;
  std::ranges::sort(free);
  for (Index k = 0; k < trials % run.streams; ++k) free[as_size(k)] += length;
  if (trials == 0) timeline.first_free = timeline.last_forced;
  timeline.end = std::ranges::max(free);
  return timeline;
}

}  // namespace

RunSteps run_steps(const RunOptions& run, const Task& task) {
  const Timeline training = timeline(run, task, TrialKind::init, run.train_trials, TrialKind::training);
  RunSteps steps{training.first_free, training.end - training.first_free, 0.0, 0.0};
  const Index tested = with_own_test(run, task).test_trials;
  if (tested == 0) return steps;
  const Timeline test = timeline(run, task.for_tests(), TrialKind::test_init, tested, TrialKind::test);
  steps.test = test.end - test.first_free;
  steps.test_init = test.last_forced;
  return steps;
}

}  // namespace fullforce

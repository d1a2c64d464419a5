#pragma once
#include <memory>
#include <vector>

#include "fullforce/model/task.hpp"
#include "fullforce/run/evaluation.hpp"
#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// Whether the next step of the stream's trial is its last one.
bool is_at_last_step(const TrialStreams& streams, Index stream);

/// Shows all neurons of stream 0 to an observer.
template <Real T>
class StreamView {
 public:
  /// `neurons` is the number of all neurons, and `local` that of this rank.
  StreamView(const Task& task, Index neurons, Index local);

  /// What an observer receives of the present step. **Collective.**
  StepView of(const Simulation<T>& simulation);

 private:
  std::vector<Index> neurons_;
  std::vector<double> rates_, target_rates_, states_, outputs_;
};

/// Shows every step of the test trials to the scorer of the task, if the task has one.
template <Real T>
class ScoreObserver {
 public:
  ScoreObserver(const Task& task, Index streams);

  void look(const Simulation<T>& simulation);

  std::vector<Score> scores() const { return scorer_ == nullptr ? std::vector<Score>() : scorer_->scores(); }

 private:
  std::unique_ptr<Scorer> scorer_;
  std::vector<double> output_;
};

}  // namespace fullforce

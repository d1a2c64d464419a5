#pragma once
#include <map>
#include <vector>

#include "fullforce/run/learned_trials.hpp"
#include "fullforce/run/simulation.hpp"
#include "fullforce/run/test_scores.hpp"

namespace fullforce {

/// Sums up the scores of a test while its trials run. Each trial is summed by itself. Trials that end before others
/// with lower numbers wait for these, so that the order of all sums is that of the numbers.
template <Real T>
class TrialScores {
 public:
  /// `learned_from` has the trials that the network learned from.
  TrialScores(const Task& task, Index streams, const LearnedTrials& learned_from);

  /// Adds the present step of the streams that are in a test trial.
  void look(const Simulation<T>& simulation);

  /// Ends a trial of which the last step was seen.
  void end_trial(const TrialResult& result);

  /// The scores of the trials that have ended.
  TestScores take();

 private:
  using Outputs = std::vector<OutputSums>;  ///< [n_out]
  struct Ended {
    ScoredTrial trial;
    Outputs outputs;
  };
  void add(Ended ended);

  const Task* task_;
  const LearnedTrials* learned_from_;
  std::vector<Outputs> running_;    ///< of each stream, of its trial so far
  std::map<Index, Ended> waiting_;  ///< by their numbers
  TestScores scores_;
};

}  // namespace fullforce

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fullforce/model/task.hpp"

namespace fullforce {

class TrialStreams;

/// What a network knows of the trials that it learned from.
struct LearnedTrials {
  std::string file;  ///< fingerprint of their trials file; empty if they come from none
  /// The fingerprint of each (Task::trial_fingerprint), in increasing order. It has those of the network whose weights
  /// training started from. Networks of older programs have no such list.
  std::optional<std::vector<std::int64_t>> trials{};
};

/// Whether the network learned from a trial of `task`. A network of an older program knows only the file of its trials,
/// and has learned from a trial if all trials of its task are alike.
bool has_learned(const LearnedTrials& network, const Task& task, TrialId id);

/// Keeps account of the trials that a training run learns from.
class TrialsVisited {
 public:
  /// `before` has the fingerprints of those that were learned from before.
  TrialsVisited(const Task& task, std::vector<std::int64_t> before);

  /// Adds the training trial of this number, which has ended.
  void add(Index trial);

  /// The fingerprints of all of them in increasing order, also of those that the streams are within.
  std::vector<std::int64_t> with_those_in(const TrialStreams& streams) const;

 private:
  std::int64_t fingerprint(Index trial) const;

  const Task* task_;
  std::vector<std::int64_t> visited_;
};

}  // namespace fullforce

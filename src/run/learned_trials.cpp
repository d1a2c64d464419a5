#include "fullforce/run/learned_trials.hpp"

#include <algorithm>
#include <utility>

#include "fullforce/model/trial_streams.hpp"

namespace fullforce {

bool has_learned(const LearnedTrials& network, const Task& task, TrialId id) {
  if (network.trials)
    return std::binary_search(network.trials->begin(), network.trials->end(), task.trial_fingerprint(id));
  const std::string file = task.fingerprint();
  return file.empty() ? task.fixed() : file == network.file;
}

TrialsVisited::TrialsVisited(const Task& task, std::vector<std::int64_t> before)
    : task_(&task), visited_(std::move(before)) {}

void TrialsVisited::add(Index trial) { visited_.push_back(fingerprint(trial)); }

std::vector<std::int64_t> TrialsVisited::with_those_in(const TrialStreams& streams) const {
  std::vector<std::int64_t> all = visited_;
  for (Index b = 0; b < streams.streams(); ++b)
    if (streams.phase(b) == StreamPhase::running && streams.position(b) > 0)
      all.push_back(fingerprint(streams.trial(b)));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::int64_t TrialsVisited::fingerprint(Index trial) const {
  return task_->trial_fingerprint({TrialKind::training, static_cast<std::uint64_t>(trial)});
}

}  // namespace fullforce

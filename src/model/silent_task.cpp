#include "fullforce/model/silent_task.hpp"

namespace fullforce {

void SilentTask::make(TrialId, Trial& trial) const {
  trial.length = length_;
  trial.inputs.assign(as_size(length_ * channels_.inputs), 0.0);
  trial.targets.assign(as_size(length_ * channels_.outputs), 0.0);
  trial.hints.assign(as_size(length_ * channels_.hints), 0.0);
}

}  // namespace fullforce

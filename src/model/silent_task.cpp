#include "fullforce/model/silent_task.hpp"

#include <algorithm>

namespace fullforce {

void SilentTask::make(TrialId id, Trial& trial) const {
  task_->make(id, trial);
  for (auto* signal : {&trial.inputs, &trial.targets, &trial.hints}) std::fill(signal->begin(), signal->end(), 0.0);
}

}  // namespace fullforce

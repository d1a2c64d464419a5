#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The trials of another task with every signal set to zero. They show what both networks do on their own.
class SilentTask : public Task {
 public:
  explicit SilentTask(const Task& task) : task_(&task) {}

  Index inputs() const override { return task_->inputs(); }
  Index outputs() const override { return task_->outputs(); }
  Index hints() const override { return task_->hints(); }
  bool fixed() const override { return task_->fixed(); }
  void make(TrialId id, Trial& trial) const override;

 private:
  const Task* task_;
};

}  // namespace fullforce

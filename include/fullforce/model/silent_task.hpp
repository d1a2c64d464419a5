#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// Trials of a fixed length with every signal zero. They show what both networks do on their own.
class SilentTask : public Task {
 public:
  SilentTask(const Channels& channels, Index length) : channels_(channels), length_(length) {}

  Index inputs() const override { return channels_.inputs; }
  Index outputs() const override { return channels_.outputs; }
  Index hints() const override { return channels_.hints; }
  bool fixed() const override { return true; }
  void make(TrialId id, Trial& trial) const override;

 private:
  Channels channels_;
  Index length_;
};

}  // namespace fullforce

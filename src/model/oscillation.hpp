#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// A 2 s oscillation of changing frequency that a 50 ms pulse starts. There are both published versions (code of
/// DePasquale et al.). The frequency of version 2 rises from 1.5 to 4.5 Hz and falls again. Version 1 rises from 1 to 3
/// Hz, and then runs backwards with its sign reversed.
class Oscillation : public Task {
 public:
  Oscillation(int version, double dt);

  Index inputs() const override { return 1; }
  Index outputs() const override { return 1; }
  Index hints() const override { return 0; }
  bool fixed() const override { return true; }
  void make(TrialId id, Trial& trial) const override;

 private:
  Trial trial_;
};

}  // namespace fullforce

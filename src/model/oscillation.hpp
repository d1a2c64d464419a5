#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// A 2 s oscillation of changing frequency, started by a 50 ms pulse. Both published versions (code of DePasquale et
/// al.): version 2 rises from 1.5 to 4.5 Hz and falls again; version 1 rises from 1 to 3 Hz, then runs backwards,
/// negated.
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

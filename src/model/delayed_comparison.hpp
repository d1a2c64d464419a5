#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// Delayed comparison, a reconstruction (the original definition was not at hand): two pulses of different amplitude on
/// one input, a random delay apart; then a response, positive if the first was larger, negative otherwise. The hint
/// holds the first amplitude from the end of pulse 1 to the end of pulse 2.
class DelayedComparison : public Task {
 public:
  DelayedComparison(bool hint, double dt, std::uint64_t seed) : hint_(hint), dt_(dt), seed_(seed) {}

  Index inputs() const override { return 1; }
  Index outputs() const override { return 1; }
  Index hints() const override { return hint_ ? 1 : 0; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override;

  /// fraction_correct: trials whose output has the target's sign, weighted with the target over the response.
  std::unique_ptr<Scorer> scorer(Index streams) const override;

 private:
  bool hint_;
  double dt_;
  std::uint64_t seed_;
};

}  // namespace fullforce

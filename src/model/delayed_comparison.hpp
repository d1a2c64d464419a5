#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The task of delayed comparison. It is a reconstruction, because the original definition was not at hand. Two pulses
/// of different amplitude come on input 0, separated by a random delay. The response that follows is positive if the
/// first pulse was larger, and negative otherwise. Input 1 is 1 all the time: without any input in pauses and delays
/// the target-generating network would be chaotic. The hint rises to the first amplitude during pulse 1, holds it until
/// the end of pulse 2, and falls to 0 in 50 ms.
class DelayedComparison : public Task {
 public:
  DelayedComparison(bool hint, const TrialTimes& times, double dt, std::uint64_t seed)
      : hint_(hint), times_(times), dt_(dt), seed_(seed) {}

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }
  Index hints() const override { return hint_ ? 1 : 0; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override;

  /// The score fraction_correct: the fraction of trials whose output, weighted with the target over the response, has
  /// the sign of the target.
  std::unique_ptr<Scorer> scorer(Index streams) const override;

 private:
  bool hint_;
  TrialTimes times_;
  double dt_;
  std::uint64_t seed_;
};

}  // namespace fullforce

#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The task of delayed comparison. It is a reconstruction, because the original definition was not at hand. Two pulses
/// of different amplitude come on one input, separated by a random delay. The response that follows is positive if the
/// first pulse was larger, and negative otherwise. The hint holds the first amplitude from the end of pulse 1 to the
/// end of pulse 2.
class DelayedComparison : public Task {
 public:
  DelayedComparison(bool hint, double dt, std::uint64_t seed) : hint_(hint), dt_(dt), seed_(seed) {}

  Index inputs() const override { return 1; }
  Index outputs() const override { return 1; }
  Index hints() const override { return hint_ ? 1 : 0; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override;

  /// The score fraction_correct: the fraction of trials whose output, weighted with the target over the response, has
  /// the sign of the target.
  std::unique_ptr<Scorer> scorer(Index streams) const override;

 private:
  bool hint_;
  double dt_;
  std::uint64_t seed_;
};

}  // namespace fullforce

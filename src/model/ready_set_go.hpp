#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The task of interval matching. Two pulses come on two channels, separated by a random delay. The response follows
/// the second pulse after the same delay. The published hint rises with the time since the first pulse and falls again,
/// so that each of its values occurs in both delays. Hint::phase adds a second hint, which says in which delay the
/// trial is.
class ReadySetGo : public Task {
 public:
  ReadySetGo(Hint hint, const TrialTimes& times, double dt, std::uint64_t seed)
      : hint_(hint), times_(times), dt_(dt), seed_(seed) {}

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }
  Index hints() const override { return hint_ == Hint::none ? 0 : hint_ == Hint::phase ? 2 : 1; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override;

  /// The scores of the time of the response, which ResponseTiming describes.
  std::unique_ptr<Scorer> scorer(Index streams) const override;

 private:
  Hint hint_;
  TrialTimes times_;
  double dt_;
  std::uint64_t seed_;
};

}  // namespace fullforce

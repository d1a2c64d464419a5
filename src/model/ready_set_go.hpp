#pragma once
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The task of interval matching. Two pulses come on two channels, separated by a random delay. The response follows
/// the second pulse after the same delay. The hint rises with the time since the first pulse and falls again.
class ReadySetGo : public Task {
 public:
  ReadySetGo(bool hint, double dt, std::uint64_t seed) : hint_(hint), dt_(dt), seed_(seed) {}

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }
  Index hints() const override { return hint_ ? 1 : 0; }
  bool fixed() const override { return false; }
  void make(TrialId id, Trial& trial) const override;

  /// The scores of the time of the response, which ResponseTiming describes.
  std::unique_ptr<Scorer> scorer(Index streams) const override;

 private:
  bool hint_;
  double dt_;
  std::uint64_t seed_;
};

}  // namespace fullforce

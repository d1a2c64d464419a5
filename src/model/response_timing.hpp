#pragma once
#include "fullforce/model/scorer.hpp"

namespace fullforce {

/// The times of the responses in trials with a second pulse on input 1. The response is the highest output after that
/// pulse. If that is below `threshold`, there was no response. The timing error is the time of the response minus the
/// time of the target's peak. A response within 20 % is one whose error is at most 20 % of the interval from the end of
/// the pulse to the target's peak.
class ResponseTiming : public Scorer {
 public:
  ResponseTiming(Index streams, double dt, double threshold);

  void step(Index stream, std::span<const double> input, std::span<const double> target,
            std::span<const double> output) override;
  void end_trial(Index stream) override;

  /// The scores timing_error_mean and timing_error_spread (the standard deviation), both in s over the trials with a
  /// response, and timing_within_20_percent and missed_responses, which are fractions of all trials.
  std::vector<Score> scores() const override;

 private:
  struct Peak {
    double value = 0.0;
    Index step = -1;
    void see(double candidate, Index at);
  };
  struct Attempt {
    Index steps = 0;
    Index pulse_end = -1;
    Peak output, target;
  };

  double dt_;
  double threshold_;
  std::vector<Attempt> attempts_;  ///< one for the trial of each stream
  Index trials_ = 0, responses_ = 0, timely_ = 0;
  double mean_ = 0.0, squares_ = 0.0;  ///< mean of the errors; sum of their squared deviations
};

}  // namespace fullforce

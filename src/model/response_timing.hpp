#pragma once
#include "fullforce/model/scorer.hpp"

namespace fullforce {

/// When the response came, in trials with a second pulse on input 1. A response is the highest output after that pulse;
/// below `threshold` there was none. Its timing error is its time minus that of the target's peak; the interval that 20
/// % are taken of goes from the end of the pulse to the target's peak.
class ResponseTiming : public Scorer {
 public:
  ResponseTiming(Index streams, double dt, double threshold);

  void step(Index stream, std::span<const double> input, std::span<const double> target,
            std::span<const double> output) override;
  void end_trial(Index stream) override;

  /// timing_error_mean, timing_error_spread (standard deviation, both in s over the trials with a response),
  /// timing_within_20_percent, missed_responses (fractions of all trials).
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
  std::vector<Attempt> attempts_;  ///< the trial of each stream
  Index trials_ = 0, responses_ = 0, timely_ = 0;
  double mean_ = 0.0, squares_ = 0.0;  ///< of the errors; sum of squared deviations
};

}  // namespace fullforce

#include "response_timing.hpp"

#include <cmath>

namespace fullforce {

ResponseTiming::ResponseTiming(Index streams, double dt, double threshold)
    : dt_(dt), threshold_(threshold), attempts_(as_size(streams)) {}

void ResponseTiming::Peak::see(double candidate, Index at) {
  if (step >= 0 && candidate <= value) return;
  value = candidate;
  step = at;
}

void ResponseTiming::step(Index stream, std::span<const double> input, std::span<const double> target,
                          std::span<const double> output) {
  Attempt& attempt = attempts_[as_size(stream)];
  const Index now = attempt.steps++;
  if (input[1] > 0.0) {
    attempt.pulse_end = now + 1;
  } else if (attempt.pulse_end >= 0) {
    attempt.output.see(output[0], now);
    attempt.target.see(target[0], now);
  }
}

void ResponseTiming::end_trial(Index stream) {
  Attempt& attempt = attempts_[as_size(stream)];
  ++trials_;
  if (attempt.output.step >= 0 && attempt.output.value >= threshold_) {
    const double error = static_cast<double>(attempt.output.step - attempt.target.step) * dt_;
    const double interval = static_cast<double>(attempt.target.step - attempt.pulse_end) * dt_;
    timely_ += std::abs(error) <= 0.2 * interval ? 1 : 0;
    // The mean and the sum of squares follow Welford's update.
    const double deviation = error - mean_;
    mean_ += deviation / static_cast<double>(++responses_);
    squares_ += deviation * (error - mean_);
  }
  attempt = Attempt{};
}

std::vector<Score> ResponseTiming::scores() const {
  const double n = static_cast<double>(trials_);
  const double spread = responses_ > 1 ? std::sqrt(squares_ / static_cast<double>(responses_ - 1)) : NAN;
  const std::string no_trial = "there was no test trial";
  return {{"timing_error_mean", responses_ > 0 ? mean_ : NAN, "no trial had a response"},
          {"timing_error_spread", spread, "fewer than two trials had a response"},
          {"timing_within_20_percent", static_cast<double>(timely_) / n, no_trial},
          {"missed_responses", static_cast<double>(trials_ - responses_) / n, no_trial}};
}

}  // namespace fullforce

#include "delayed_comparison.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/model/trial_purpose.hpp"
#include "response.hpp"

namespace fullforce {
namespace {

constexpr double lowest = 0.25, highest = 1.25;  // of amplitudes
constexpr double bias = 1.0;
constexpr double fall_of_hint = 0.05;  // s
constexpr double least_difference = 0.1;

struct Amplitudes {
  double first, second;
};

/// Draws two amplitudes, uniformly over all pairs in range that differ enough. It draws two uniform numbers and moves
/// the larger one up by the least difference.
Amplitudes draw_amplitudes(const Draws& draws, Index index) {
  const double range = highest - lowest - least_difference;
  const double a = lowest + range * draws.uniform(index);
  const double b = lowest + range * draws.uniform(index + 1);
  return a > b ? Amplitudes{a + least_difference, b} : Amplitudes{a, b + least_difference};
}

/// Adds up output times target over each stream's trial. The sum is positive if the response has the right sign.
class SignOfResponse : public Scorer {
 public:
  explicit SignOfResponse(Index streams) : agreement_(as_size(streams), 0.0) {}

  void step(Index stream, std::span<const double>, std::span<const double> target,
            std::span<const double> output) override {
    agreement_[as_size(stream)] += target[0] * output[0];
  }

  void end_trial(Index stream) override {
    double& agreement = agreement_[as_size(stream)];
    ++trials_;
    correct_ += agreement > 0.0 ? 1 : 0;
    agreement = 0.0;
  }

  std::vector<Score> scores() const override {
    return {
        {"fraction_correct", static_cast<double>(correct_) / static_cast<double>(trials_), "there was no test trial"}};
  }

 private:
  std::vector<double> agreement_;
  Index trials_ = 0, correct_ = 0;
};

}  // namespace

void DelayedComparison::make(TrialId id, Trial& trial) const {
  const Draws draws(seed_, trial_purpose(id.kind), id.number);
  const double delay = response::draw_delay(draws, 0, times_);
  const double pause = response::draw_pause(draws, 1, times_);
  const Amplitudes amplitudes = draw_amplitudes(draws, 2);
  const auto steps = [this](double seconds) { return std::llround(seconds / dt_); };
  const Index pulse_1 = steps(0.5 * pause);
  const Index delay_1 = pulse_1 + steps(times_.pulse);
  const Index pulse_2 = delay_1 + steps(delay);
  const Index response = pulse_2 + steps(times_.pulse);
  const Index end = response + steps(response::duration);
  trial.length = end + steps(0.5 * pause);

  const std::size_t length = as_size(trial.length);
  trial.inputs.assign(2 * length, bias);
  trial.targets.assign(length, 0.0);
  trial.hints.assign(hint_ ? length : 0, 0.0);
  for (Index k = 0; k < trial.length; ++k)
    trial.inputs[as_size(2 * k)] = k >= pulse_1 && k < delay_1    ? amplitudes.first
                                   : k >= pulse_2 && k < response ? amplitudes.second
                                                                  : 0.0;
  const Index fall = steps(fall_of_hint);
  for (Index k = 0; k < trial.length && hint_; ++k)
    trial.hints[as_size(k)] = response::ramp_at(k, pulse_1, delay_1, 0.0, amplitudes.first) +
                              response::ramp_at(k, response, response + fall, 0.0, -amplitudes.first);
  const double sign = amplitudes.first > amplitudes.second ? 1.0 : -1.0;
  for (Index k = response; k < end; ++k) trial.targets[as_size(k)] = sign * response::bump_at(k, response, end);
}

std::unique_ptr<Scorer> DelayedComparison::scorer(Index streams) const {
  return std::make_unique<SignOfResponse>(streams);
}

}  // namespace fullforce

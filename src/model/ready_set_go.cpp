#include "ready_set_go.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/model/trial_purpose.hpp"
#include "response.hpp"
#include "response_timing.hpp"

namespace fullforce {
namespace {

constexpr double baseline = -0.5, height = 1.5;
constexpr double fall_of_phase = 0.05;  // s

/// The first step of each part of a trial.
struct Parts {
  Index pulse_1, delay_1, pulse_2, delay_2, response, pause, end;
};

Parts parts_of(double pulse, double delay, double pause, double dt) {
  const auto steps = [dt](double seconds) { return std::llround(seconds / dt); };
  Parts p{};
  p.pulse_1 = steps(0.5 * pause);
  p.delay_1 = p.pulse_1 + steps(pulse);
  p.pulse_2 = p.delay_1 + steps(delay);
  p.delay_2 = p.pulse_2 + steps(pulse);
  p.response = p.delay_2 + steps(delay);
  p.pause = p.response + steps(response::duration);
  p.end = p.pause + steps(0.5 * pause);
  return p;
}

/// The hint at step k. It rises from 0 to `delay` between the end of pulse 1 and the middle of pulse 2. It is back at 0
/// at the end of the second delay.
double hint_at(Index k, const Parts& p, double delay) {
  const double middle = 0.5 * static_cast<double>(p.pulse_2 + p.delay_2);
  const double now = static_cast<double>(k);
  const double begin = static_cast<double>(p.delay_1);
  const double end = static_cast<double>(p.response);
  if (now < begin || now >= end) return 0.0;
  return now <= middle ? delay * (now - begin) / (middle - begin) : delay * (end - now) / (end - middle);
}

/// Which delay it is at step k: 1/2 in the first one and -1/2 in the second. It changes over the pulses, and over
/// `fall` steps of the response.
double phase_at(Index k, const Parts& p, Index fall) {
  return response::ramp_at(k, p.pulse_1, p.delay_1, 0.0, 0.5) + response::ramp_at(k, p.pulse_2, p.delay_2, 0.0, -1.0) +
         response::ramp_at(k, p.response, p.response + fall, 0.0, 0.5);
}

}  // namespace

void ReadySetGo::make(TrialId id, Trial& trial) const {
  const Draws draws(seed_, trial_purpose(id.kind), id.number);
  const double delay = response::draw_delay(draws, 0, times_);
  const double pause = response::draw_pause(draws, 1, times_);
  const Parts p = parts_of(times_.pulse, delay, pause, dt_);

  trial.length = p.end;
  const std::size_t length = as_size(p.end);
  trial.inputs.assign(2 * length, 0.0);
  trial.targets.assign(length, baseline);
  const Index channels = hints();
  trial.hints.assign(as_size(channels) * length, 0.0);
  for (Index k = p.pulse_1; k < p.delay_1; ++k) trial.inputs[as_size(2 * k)] = 1.0;
  for (Index k = p.pulse_2; k < p.delay_2; ++k) trial.inputs[as_size(2 * k + 1)] = 1.0;
  for (Index k = p.response; k < p.pause; ++k)
    trial.targets[as_size(k)] += height * response::bump_at(k, p.response, p.pause);
  const Index fall = std::llround(fall_of_phase / dt_);
  for (Index k = 0; k < p.end && channels > 0; ++k) {
    trial.hints[as_size(channels * k)] = hint_at(k, p, delay);
    if (hint_ == Hint::phase) trial.hints[as_size(channels * k + 1)] = phase_at(k, p, fall);
  }
}

/// A response counts if it rises more than half of the way up from the baseline.
std::unique_ptr<Scorer> ReadySetGo::scorer(Index streams) const {
  return std::make_unique<ResponseTiming>(streams, dt_, baseline + 0.5 * height);
}

}  // namespace fullforce

#include "oscillation.hpp"

#include <cmath>
#include <numbers>

namespace fullforce {
namespace {

constexpr double period = 2.0;  // s
constexpr double pulse = 0.05;  // s
constexpr double two_pi = 2.0 * std::numbers::pi;

double sample_version_2(double t) {
  const double s = t / period;
  const double cycles = s <= 0.5 ? s * (6.0 * s + 3.0) : -3.0 + s * (15.0 - 6.0 * s);
  return std::sin(two_pi * cycles);
}

/// The first half of version 1, within which omega rises linearly from 2 pi to 6 pi.
double sample_version_1(double t) {
  const double omega = two_pi * (1.0 + 2.0 * t / (0.5 * period));
  return std::sin(omega * t);
}

}  // namespace

Oscillation::Oscillation(int version, double dt) {
  const Index length = std::llround(period / dt);
  trial_.length = length;
  for (Index k = 0; k < length; ++k) {
    const double t = static_cast<double>(k + 1) * dt;
    trial_.inputs.push_back(t <= pulse + 0.5 * dt ? 1.0 : 0.0);
    const bool mirrored = version == 1 && k >= length / 2;
    const double mirror_time = static_cast<double>(length - k) * dt;
    trial_.targets.push_back(version == 2 ? sample_version_2(t)
                             : mirrored   ? -sample_version_1(mirror_time)
                                          : sample_version_1(t));
  }
}

void Oscillation::make(TrialId, Trial& trial) const { trial = trial_; }

}  // namespace fullforce

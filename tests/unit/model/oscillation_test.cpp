#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

#include "fullforce/base/check.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {
namespace {

Trial oscillation(int version, double dt = 0.001) {
  TaskOptions options;
  options.name = "oscillation";
  options.version = version;
  Trial trial;
  make_task(options, dt, 1)->make({TrialKind::training, 0}, trial);
  return trial;
}

/// Sample k is taken at time (k + 1) dt.
double at_ms(const Trial& trial, int ms) { return trial.targets[as_size(ms - 1)]; }

TEST(Oscillation, HasOneInputOneOutputAndNoHint) {
  const auto task = make_task({}, 0.001, 1);
  EXPECT_EQ(task->inputs(), 1);
  EXPECT_EQ(task->outputs(), 1);
  EXPECT_EQ(task->hints(), 0);
  EXPECT_TRUE(task->fixed());
}

TEST(Oscillation, LengthFollowsTheTimeStep) {
  EXPECT_EQ(oscillation(2, 0.001).length, 2000);
  EXPECT_EQ(oscillation(2, 0.003).length, 667);
  EXPECT_EQ(oscillation(2, 0.002).targets.size(), 1000U);
}

TEST(Oscillation, PulseLastsFiftyMilliseconds) {
  for (const double dt : {0.001, 0.0005, 0.005}) {
    const Trial trial = oscillation(2, dt);
    const auto steps = as_size(std::lround(0.05 / dt));
    for (std::size_t k = 0; k < trial.inputs.size(); ++k) ASSERT_EQ(trial.inputs[k], k < steps ? 1.0 : 0.0) << k;
  }
}

/// The phase in cycles is 0.165 at 0.1 s, 9/8 at 0.5 s, 3 at 1 s, 39/8 at 1.5 s, and 6 at 2 s.
TEST(Oscillation, VersionTwoPassesThroughHandComputedSamples) {
  const Trial trial = oscillation(2);
  EXPECT_NEAR(at_ms(trial, 100), std::sin(2 * std::numbers::pi * 0.165), 1e-12);
  EXPECT_NEAR(at_ms(trial, 500), std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(at_ms(trial, 1000), 0.0, 1e-12);
  EXPECT_NEAR(at_ms(trial, 1500), -std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(at_ms(trial, 2000), 0.0, 1e-11);
}

/// omega t is 3 pi / 4 at 0.25 s, 2 pi at 0.5 s, and 6 pi at 1 s.
TEST(Oscillation, VersionOneRunsBackwardsNegatedInItsSecondHalf) {
  const Trial trial = oscillation(1);
  EXPECT_NEAR(at_ms(trial, 250), std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(at_ms(trial, 500), 0.0, 1e-12);
  EXPECT_NEAR(at_ms(trial, 1000), 0.0, 1e-12);
  for (int ms = 1; ms <= 1000; ++ms) ASSERT_NEAR(at_ms(trial, 2001 - ms), -at_ms(trial, ms), 1e-12) << ms;
}

TEST(Oscillation, RejectsWhatCannotBeRun) {
  TaskOptions options;
  options.version = 3;
  EXPECT_THROW(make_task(options, 0.001, 1), InputError);
  options.version = 2;
  EXPECT_THROW(make_task(options, 0.1, 1), InputError);
}

TEST(MakeTask, SaysWhatIsWrongWithTheName) {
  TaskOptions options;
  const auto message = [&options](const char* name) -> std::string {
    options.name = name;
    try {
      make_task(options, 0.001, 1);
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_NE(message("osculation").find("osculation"), std::string::npos);
}

}  // namespace
}  // namespace fullforce

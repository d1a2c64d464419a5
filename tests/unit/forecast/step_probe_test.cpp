#include "fullforce/forecast/step_probe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/plain_machine.hpp"

namespace fullforce {
namespace {

TEST(StepProbe, TimesStepsOnAllRanks) {
  const Communicator comm = Communicator::world();
  const StepTimes times = time_steps(comm, workload(50, 3), 0.01);
  EXPECT_GT(times.seconds, 0.0);
  EXPECT_TRUE(std::is_sorted(times.windows.begin(), times.windows.end()));
  EXPECT_NEAR(std::accumulate(times.regions.begin(), times.regions.end(), 0.0), times.seconds, 1e-12);
}

}  // namespace
}  // namespace fullforce

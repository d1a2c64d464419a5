#include "fullforce/base/timer.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace fullforce {
namespace {

void pass(double seconds) {
  const Stopwatch clock;
  while (clock.seconds() < seconds) {
  }
}

TEST(RegionTimer, EveryMomentBelongsToOneRegion) {
  const Stopwatch clock;
  RegionTimer timer;
  {
    const RegionScope products(timer, TimerRegion::products);
    pass(0.01);
    const RegionScope io(timer, TimerRegion::io);
    pass(0.02);
  }
  const auto seconds = timer.seconds();
  const double whole = clock.seconds();
  EXPECT_GE(seconds[as_size(TimerRegion::products)], 0.01);
  EXPECT_GE(seconds[as_size(TimerRegion::io)], 0.02);
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  EXPECT_LE(sum, whole);
  EXPECT_GE(sum, 0.03);
}

TEST(RegionTimer, AllExchangesWaitForTheShareThatWasMeasured) {
  RegionTimer timer;
  {
    const RegionScope exchanges(timer, TimerRegion::communication);
    pass(0.02);
  }
  EXPECT_EQ(timer.seconds()[as_size(TimerRegion::waiting)], 0.0) << "nothing was measured";
  timer.add_exchange(3.0, 5.0);
  timer.add_exchange(0.0, 1.0);
  const auto seconds = timer.seconds();
  EXPECT_NEAR(seconds[as_size(TimerRegion::waiting)], seconds[as_size(TimerRegion::communication)], 1e-12);
  EXPECT_GE(seconds[as_size(TimerRegion::waiting)], 0.01);
}

TEST(RegionTimer, MeasuresEachOfAStepsExchangesInTurn) {
  for (const int exchanges_of_a_step : {1, 2, 3, 4}) {
    RegionTimer timer;
    std::vector<int> measured(as_size(exchanges_of_a_step));
    for (int k = 0; k < 17 * 12; ++k) measured[as_size(k % exchanges_of_a_step)] += timer.samples_exchange() ? 1 : 0;
    for (const int count : measured) EXPECT_EQ(count, 12 / exchanges_of_a_step);
  }
}

}  // namespace
}  // namespace fullforce

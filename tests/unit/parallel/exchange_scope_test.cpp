#include "fullforce/parallel/exchange_scope.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace fullforce {
namespace {

/// One rank comes late to every exchange, and the others wait for it.
TEST(ExchangeScope, TellsWaitingAndMovingApart) {
  const Communicator comm = Communicator::world();
  RegionTimer timer;
  const Index calls = comm.calls();
  constexpr auto late = std::chrono::milliseconds(5);
  for (int k = 0; k < 17; ++k) {
    comm.barrier();
    if (comm.is_root()) std::this_thread::sleep_for(late);
    const ExchangeScope scope(timer, comm);
    comm.barrier();
  }
  EXPECT_EQ(comm.calls() - calls, 34) << "the measurement itself is not counted";
  const auto seconds = timer.seconds();
  const double waiting = seconds[as_size(TimerRegion::waiting)];
  if (comm.size() == 1) {
    EXPECT_EQ(waiting, 0.0);
  } else if (!comm.is_root()) {
    EXPECT_GT(waiting, 17 * 0.004);
  }
}

}  // namespace
}  // namespace fullforce

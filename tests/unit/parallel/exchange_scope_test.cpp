#include "fullforce/parallel/exchange_scope.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace fullforce {
namespace {

/// One rank comes late to the exchange that is measured, and the others wait for it. On a busy machine they may come
/// late themselves, but not by so much.
TEST(ExchangeScope, TellsWaitingAndMovingApart) {
  const Communicator comm = Communicator::world();
  RegionTimer timer;
  const Index calls = comm.calls();
  constexpr int measured = 16;
  for (int k = 0; k <= measured; ++k) {
    comm.barrier();
    if (k == measured && comm.is_root()) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const ExchangeScope scope(timer, comm);
    comm.barrier();
  }
  EXPECT_EQ(comm.calls() - calls, 34) << "the measurement itself is not counted";
  const double waiting = timer.seconds()[as_size(TimerRegion::waiting)];
  if (comm.size() == 1) {
    EXPECT_EQ(waiting, 0.0);
  } else if (!comm.is_root()) {
    EXPECT_GT(waiting, 0.1);
  }
}

}  // namespace
}  // namespace fullforce

#pragma once
#include <optional>

#include "fullforce/base/timer.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Counts the time of a scope in which ranks exchange something. In some of the scopes all ranks meet first, which
/// tells waiting for each other and moving apart (see RegionTimer). **Collective.**
class ExchangeScope {
 public:
  ExchangeScope(RegionTimer& timer, const Communicator& comm)
      : timer_(timer), scope_(timer, TimerRegion::communication) {
    if (comm.size() == 1 || !timer.samples_exchange()) return;
    clock_.emplace();
    comm.meet();
    waiting_ = clock_->seconds();
  }
  ~ExchangeScope() {
    if (clock_) timer_.add_exchange(waiting_, clock_->seconds());
  }
  ExchangeScope(const ExchangeScope&) = delete;
  ExchangeScope& operator=(const ExchangeScope&) = delete;

 private:
  RegionTimer& timer_;
  RegionScope scope_;
  std::optional<Stopwatch> clock_;  ///< of an exchange that is measured
  double waiting_ = 0.0;
};

}  // namespace fullforce

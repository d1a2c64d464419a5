#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fullforce/run/machine_probe.hpp"
#include "training_totals.hpp"

namespace fullforce {

/// What a part of a run achieved, and what the machine would have allowed.
struct Performance {
  double seconds = 0.0;
  double steps = 0.0;              ///< steps in this part of the run; if 0, nothing was left to do
  double stream_steps = 0.0;       ///< steps times streams
  double simulated_seconds = 0.0;  ///< simulated time over all streams
  Work work;                       ///< work of products and applied updates, over all ranks
  /// The bytes/s at which all ranks and threads read this run's own matrices. It is 0 if it was not measured.
  double bandwidth = 0.0;
  double product_rate = 0.0;  ///< operations/s in products of large matrices, in the precisions of this run's products
  double imbalance = 1.0;     ///< time of the slowest rank over the mean, in those regions of the timer that compute
  std::vector<std::int64_t> peak_bytes;  ///< largest memory of each rank

  /// The time that the work would take at the speed of the machine, divided by the time that it took. It is 0 if the
  /// speed was not measured.
  double fraction_of_limit() const;
};

/// The performance of a run of `streams` trials side by side in steps of `dt` seconds. The machine is measured for a
/// hundredth of the run's time, and for a tenth of a second at most. It is not measured in runs under 5 s. The
/// measurement reads this rank's `matrices` again and computes products in the cache, so nothing large is allocated.
/// **Collective.**
Performance performance_of(const Communicator& comm, const TrainingTotals& totals, Index streams, double dt,
                           std::span<const Bytes> matrices);

/// The performance in a few lines for the end of a run.
std::string performance_text(const Performance& performance);

}  // namespace fullforce

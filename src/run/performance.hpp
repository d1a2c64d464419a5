#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/precision.hpp"
#include "fullforce/run/machine_probe.hpp"
#include "training_totals.hpp"

namespace fullforce {

/// What a part of a run achieved and what the machine would have given.
struct Performance {
  double seconds = 0.0;
  double steps = 0.0;              ///< in this part of the run; 0: none was left to do
  double stream_steps = 0.0;       ///< steps times streams
  double simulated_seconds = 0.0;  ///< over all streams
  Work work;                       ///< products and applied updates, over all ranks
  double bandwidth = 0.0;     ///< bytes/s that all ranks and threads read of this run's own matrices; 0: not measured
  double product_rate = 0.0;  ///< operations/s in products of large matrices
  double imbalance = 1.0;     ///< slowest rank over the mean, of the timer's regions that compute
  std::vector<std::int64_t> peak_bytes;  ///< memory of each rank

  /// Time that the work would take at the machine's speed, over the time it took; 0: not measured.
  double fraction_of_limit() const;
};

/// Of `streams` trials side by side in steps of `dt` seconds. The machine is measured for a hundredth of the run's
/// time, a tenth of a second at most, and not at all in runs under 5 s, by reading `matrices` (this rank's) again and
/// by products in the cache: nothing large is allocated. **Collective.**
Performance performance_of(const Communicator& comm, const TrainingTotals& totals, Index streams, double dt,
                           Precision precision, std::span<const Bytes> matrices);

/// A few lines for the end of a run.
std::string performance_text(const Performance& performance);

}  // namespace fullforce

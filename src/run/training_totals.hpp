#pragma once
#include <array>
#include <string>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// The spread over the ranks of the seconds in a region of the timer.
struct RegionSpread {
  double minimum = 0.0;
  double mean = 0.0;
  double maximum = 0.0;

  /// The slowest rank over the mean, 1 where nothing took any time.
  double imbalance() const { return mean > 0.0 ? maximum / mean : 1.0; }
};
using RegionTable = std::array<RegionSpread, region_count>;

/// The spread of every region of the timer. **Collective.**
RegionTable region_table(const Communicator& comm, RegionTimer& timer);

/// The table as text for people.
std::string region_text(const RegionTable& table);

/// The totals of a training run that has ended.
struct TrainingTotals {
  Index trials = 0;
  Index steps = 0;
  Index samples = 0;
  double seconds = 0.0;      ///< seconds of this part of the run
  Index steps_here = 0;      ///< steps of this part of the run
  double last_error = -1.0;  ///< negative if there is none
  Work work;                 ///< work of this part of the run, over all ranks
  RegionTable regions{};
  PlasticityReport learned;
};

}  // namespace fullforce

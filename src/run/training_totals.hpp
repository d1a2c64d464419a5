#pragma once
#include <array>
#include <string>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Seconds in a region of the timer, over ranks.
struct RegionSpread {
  double minimum = 0.0;
  double mean = 0.0;
  double maximum = 0.0;
};
using RegionTable = std::array<RegionSpread, region_count>;

/// **Collective.**
RegionTable region_table(const Communicator& comm, RegionTimer& timer);

/// For people.
std::string region_text(const RegionTable& table);

/// What a training run amounts to when it has ended.
struct TrainingTotals {
  Index trials = 0;
  Index steps = 0;
  Index samples = 0;
  double seconds = 0.0;      ///< of this part of the run
  Index steps_here = 0;      ///< steps of this part
  double last_error = -1.0;  ///< negative: none
  Work work;                 ///< of this part, over all ranks
  RegionTable regions{};
  PlasticityReport learned;
};

}  // namespace fullforce

#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/run/simulation.hpp"
#include "fullforce/run/train.hpp"

namespace fullforce {

/// Seconds a phase, over ranks.
struct RegionSpread {
  double minimum = 0.0;
  double mean = 0.0;
  double maximum = 0.0;
};
using RegionTable = std::array<RegionSpread, region_count>;

/// **Collective.**
RegionTable region_table(const Communicator& comm, RegionTimer& timer);

/// The table that ends a run.
std::string region_text(const RegionTable& table);

/// "dense features", "low-rank features, 100 target modes".
std::string features_text(const LearningOptions& learning);

struct TrainingTotals {
  Index trials = 0;
  Index steps = 0;
  Index samples = 0;
  double seconds = 0.0;      ///< of this part of the run
  Index steps_here = 0;      ///< steps of this part
  Index samples_here = 0;    ///< samples of this part
  double last_error = -1.0;  ///< negative: none
  Work work;
  RegionTable phases;
  Index rank = 0;               ///< dimension of the features
  double left_out = 0.0;        ///< share of the energy of the rates outside of them
  Index modes = 0;              ///< target modes that the currents have
  double modes_left_out = 0.0;  ///< share of the energy of the currents outside of them
};

struct Performance;

/// The text of summary.json.
std::string summary_text(const Communicator& comm, const TrainingJob& plan, const TrainingTotals& totals,
                         const Performance& performance, const TestResult& test, std::vector<std::string> warnings,
                         const std::string& provenance_text);

}  // namespace fullforce

#pragma once
#include <filesystem>
#include <fstream>

#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// metrics.csv: a line a training trial. Lines of a run that is gone on from are kept up to its step. Root only.
class Metrics {
 public:
  Metrics(bool writes, const std::filesystem::path& path, Index start_step);

  void trial(const TrialResult& result, Index step, double seconds, Index rank);

 private:
  bool writes_;
  std::ofstream file_;
};

}  // namespace fullforce

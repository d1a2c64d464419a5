#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "fullforce/analysis/activity.hpp"
#include "fullforce/analysis/fixed_points.hpp"
#include "fullforce/analysis/lyapunov.hpp"
#include "fullforce/analysis/region_currents.hpp"
#include "fullforce/analysis/spectrum.hpp"
#include "fullforce/analysis/weight_statistics.hpp"
#include "fullforce/io/result_file.hpp"
#include "fullforce/run/json_text.hpp"

namespace fullforce {

/// What the command `analyze` finds. It is held on the root, in the two forms in which it is written.
class AnalysisResults {
 public:
  explicit AnalysisResults(std::string provenance) { json_["provenance"] = json_of(provenance); }

  /// Adds a number or a text to the JSON file.
  void note(const std::string& section, const std::string& name, const nlohmann::ordered_json& value) {
    json_[section][name] = value;
  }

  /// Add results of the network `which`: "network" (the task-performing network) or "target".
  void add(const std::string& which, const WeightStatistics& statistics);
  void add(const std::string& which, const Spectrum& spectrum);
  void add(const std::string& which, const PrincipalComponents& pca);
  void add(const std::string& which, const LyapunovResult& lyapunov, double tau);
  /// Adds the points of the task-performing network under a constant input. `start_steps` are the steps of the run from
  /// whose states they were looked for.
  void add(const FixedPoints& found, const std::vector<double>& input, const std::vector<Index>& start_steps);
  /// Adds the regions between which currents flow, and where the trials of the run end.
  void add_regions(const std::vector<Region>& regions, const std::vector<double>& trial_ends);
  /// Adds the currents from one region into the neurons of another, [steps of all trials, neurons of `into`].
  void add_currents(const Region& from, const Region& into, std::vector<double> currents);
  void add_correlations(const std::vector<double>& correlations);
  void add_array(ResultArray array) { arrays_.push_back(std::move(array)); }

  const nlohmann::ordered_json& json() const { return json_; }
  /// The text of the JSON file.
  std::string summary() const { return json_text(json_) + "\n"; }
  const std::vector<ResultArray>& arrays() const { return arrays_; }

 private:
  nlohmann::ordered_json json_;
  std::vector<ResultArray> arrays_;
};

}  // namespace fullforce

#include "summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fullforce/parallel/threads.hpp"
#include "performance.hpp"

namespace fullforce {
namespace {

/// A number, or null with the reason among the warnings: JSON has no NaN.
nlohmann::ordered_json finite_or_null(double value, const std::string& what, std::vector<std::string>& warnings) {
  if (std::isfinite(value)) return value;
  warnings.push_back(what);
  return nullptr;
}

}  // namespace

std::string test_section(const TestResult& result, std::vector<std::string>& warnings) {
  nlohmann::ordered_json json = {{"trials", result.trials}, {"steps", result.steps}, {"seconds", result.seconds}};
  json["error"] =
      finite_or_null(result.error(), "test.error: there was no test trial, or all its targets are zero", warnings);
  for (const Score& score : result.scores)
    json[score.name] = finite_or_null(score.value, fmt::format("test.{}: {}", score.name, score.reason), warnings);
  return json.dump();
}

std::string test_text(const TestResult& result) {
  if (result.trials == 0) return "no test trials (run.test_trials = 0)";
  std::string text = fmt::format("test error {:.4g} over {} trials", result.error(), result.trials);
  for (const Score& score : result.scores) text += fmt::format(", {} {:.4g}", score.name, score.value);
  return text;
}

std::string features_text(const LearningOptions& learning) {
  std::string text = learning.features == FeatureKind::dense ? "dense features" : "low-rank features";
  if (learning.target_modes > 0) text += fmt::format(", {} target modes", learning.target_modes);
  return text;
}

RegionTable region_table(const Communicator& comm, RegionTimer& timer) {
  RegionTable table;
  const auto seconds = timer.seconds();
  for (std::size_t p = 0; p < region_count; ++p) {
    const std::vector<double> all = comm.all_gather(seconds[p]);
    const auto [least, most] = std::minmax_element(all.begin(), all.end());
    table[p] = {*least, std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size()), *most};
  }
  return table;
}

std::string region_text(const RegionTable& table) {
  double total = 0.0;
  for (const RegionSpread& spread : table) total += spread.mean;
  std::string text = "where the time went   minimum      mean   maximum   share (s, over ranks)";
  for (std::size_t p = 0; p < region_count; ++p)
    text += fmt::format("\n  {:18s} {:9.3f} {:9.3f} {:9.3f}  {:5.1f} %", region_names[p], table[p].minimum,
                        table[p].mean, table[p].maximum, total > 0.0 ? 100.0 * table[p].mean / total : 0.0);
  return text;
}

std::string summary_text(const Communicator& comm, const TrainingJob& plan, const TrainingTotals& totals,
                         const Performance& reached, const TestResult& test, std::vector<std::string> warnings,
                         const std::string& provenance_text) {
  const bool full_force = plan.learning.rule == Rule::full_force;
  nlohmann::ordered_json json;
  json["neurons"] = plan.network.neurons;
  json["ranks"] = comm.size();
  json["threads"] = thread_count();
  json["streams"] = plan.run.streams;
  json["seed"] = plan.run.seed;
  json["task"] = plan.task.name;
  json["rule"] = full_force ? "full-force" : "force";
  const bool low_rank = plan.learning.features == FeatureKind::low_rank;
  json["features"] = low_rank ? "low-rank" : "dense";
  json["precision"] = plan.learning.precision == Precision::double_precision ? "double" : "single";
  json["rank"] = totals.rank;
  if (low_rank) json["energy_left_out"] = totals.left_out;
  if (plan.learning.target_modes > 0)
    json["target_modes"] = {{"count", totals.modes}, {"energy_left_out", totals.modes_left_out}};
  json["train"] = {
      {"trials", totals.trials}, {"steps", totals.steps}, {"samples", totals.samples}, {"seconds", totals.seconds}};
  json["train"]["error"] = finite_or_null(totals.last_error >= 0.0 ? totals.last_error : NAN,
                                          "train.error: no training trial ended in this part of the run", warnings);
  json["test"] = nlohmann::ordered_json::parse(test_section(test, warnings));
  auto& performance = json["performance"];
  performance["seconds_per_step"] =
      finite_or_null(reached.seconds / reached.steps, "performance.seconds_per_step: no step was left to do", warnings);
  performance["samples_per_second"] = reached.stream_steps / reached.seconds;
  performance["simulated_seconds_per_hour"] = 3600.0 * reached.simulated_seconds / reached.seconds;
  for (std::size_t p = 0; p < region_count; ++p)
    performance["phases"][std::string(region_names[p])] = {
        {"minimum", totals.phases[p].minimum}, {"mean", totals.phases[p].mean}, {"maximum", totals.phases[p].maximum}};
  performance["gflops"] = reached.work.operations / reached.seconds * 1e-9;
  performance["gbytes_per_second"] = reached.work.bytes / reached.seconds * 1e-9;
  const bool measured = reached.fraction_of_limit() > 0.0;
  const std::string reason = "performance.fraction_of_limit: the machine is not measured in runs under 5 s";
  performance["fraction_of_limit"] = finite_or_null(measured ? reached.fraction_of_limit() : NAN, reason, warnings);
  if (measured)
    performance["machine"] = {{"gbytes_per_second", reached.bandwidth * 1e-9}, {"gflops", reached.product_rate * 1e-9}};
  performance["imbalance"] = reached.imbalance;
  json["memory"]["peak_bytes_per_rank"] = reached.peak_bytes;
  json["provenance"] = nlohmann::ordered_json::parse(provenance_text);
  json["warnings"] = warnings;
  return json.dump(2) + "\n";
}

}  // namespace fullforce

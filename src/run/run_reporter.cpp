#include "run_reporter.hpp"

#include <fmt/format.h>
#include <array>

#include <cmath>
#include <nlohmann/json.hpp>

#include "finite_json.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/test_report.hpp"

namespace fullforce {
namespace {

using Json = nlohmann::ordered_json;

/// Puts a number where its name says. The name `a.b` stands for the number b of the object a.
void put(Json& json, const PlasticityReport::Number& number) {
  const std::size_t dot = number.name.find('.');
  Json& place =
      dot == std::string::npos ? json[number.name] : json[number.name.substr(0, dot)][number.name.substr(dot + 1)];
  std::visit([&](auto value) { place = value; }, number.value);
}

Json head_of_summary(const Communicator& comm, const TrainingJob& job) {
  Json json;
  json["neurons"] = job.network.neurons;
  json["ranks"] = comm.size();
  json["threads"] = thread_count();
  json["streams"] = job.run.streams;
  json["seed"] = job.run.seed;
  json["task"] = job.task.name;
  json["rule"] = to_text(job.learning.rule);
  json["features"] = to_text(job.learning.features);
  json["precision"] = to_text(job.learning.precision);
  return json;
}

Json training_section(const TrainingTotals& totals, std::vector<std::string>& warnings) {
  Json json = {
      {"trials", totals.trials}, {"steps", totals.steps}, {"samples", totals.samples}, {"seconds", totals.seconds}};
  const bool ended = !(totals.last_error < 0.0);
  json["error"] =
      finite_or_null(ended ? totals.last_error : NAN,
                     ended ? "train.error: all targets of the last training trial are zero, or no sample of it counts"
                           : "train.error: no training trial ended in this part of the run",
                     warnings);
  return json;
}

Json performance_section(const RegionTable& regions, const Performance& reached, std::vector<std::string>& warnings) {
  Json json;
  json["seconds_per_step"] =
      finite_or_null(reached.seconds / reached.steps, "performance.seconds_per_step: no step was left to do", warnings);
  json["samples_per_second"] = reached.stream_steps / reached.seconds;
  json["simulated_seconds_per_hour"] = 3600.0 * reached.simulated_seconds / reached.seconds;
  for (std::size_t r = 0; r < region_count; ++r)
    json["phases"][std::string(names_of<TimerRegion>[r])] = {
        {"minimum", regions[r].minimum}, {"mean", regions[r].mean}, {"maximum", regions[r].maximum}};
  json["gflops"] = reached.work.operations / reached.seconds * 1e-9;
  json["gbytes_per_second"] = reached.work.bytes / reached.seconds * 1e-9;
  const bool measured = reached.fraction_of_limit() > 0.0;
  // A short run does not measure the machine. That is no fault of the run, so nothing warns of it.
  json["fraction_of_limit"] = measured ? Json(reached.fraction_of_limit()) : Json(nullptr);
  if (measured)
    json["machine"] = {{"gbytes_per_second", reached.bandwidth * 1e-9}, {"gflops", reached.product_rate * 1e-9}};
  json["imbalance"] = reached.imbalance;
  return json;
}

}  // namespace

RunReporter::RunReporter(const Communicator& comm, const TrainingJob& job, std::string provenance,
                         TrialsFingerprints trials)
    : comm_(&comm),
      job_(&job),
      provenance_(std::move(provenance)),
      trials_(std::move(trials)),
      progress_(comm.is_root(), job.quiet, std::filesystem::path(job.run.output) / "log.txt") {}

void RunReporter::starts(Index first_step) {
  progress_.line(fmt::format("{} neurons, {}, {}, {} precision, {} stream(s), seed {}; {} rank(s) x {} thread(s)",
                             job_->network.neurons, title_of(job_->learning.rule), features_text(job_->learning),
                             to_text(job_->learning.precision), job_->run.streams, job_->run.seed, comm_->size(),
                             thread_count()));
  if (!job_->note.empty()) progress_.line(job_->note);
  for (const std::string& warning : job_->warnings) progress_.warn(warning);
  if (job_->restart_from)
    progress_.line(fmt::format("going on from step {} ({})", first_step, job_->restart_from->string()));
  else if (!job_->run.start_from.empty())
    progress_.line(
        fmt::format("starting with the weights{} of {}", job_->run.keep_P ? " and P" : "", job_->run.start_from));
}

void RunReporter::notices(const std::vector<Notice>& notices) {
  for (const Notice& notice : notices) notice.is_warning ? progress_.warn(notice.text) : progress_.line(notice.text);
}

void RunReporter::show(const TrialStreams& streams, double last_error, double samples_per_second, Index dimension) {
  const StageProgress stage = streams.progress();
  progress_.update({stage.forced ? "init" : "training", stage.trial, stage.trials, last_error, stage.done,
                    samples_per_second, dimension});
}

void RunReporter::wrote_checkpoint(Index step, double seconds) {
  progress_.line(fmt::format("checkpoint {} ({:.3g} s)", checkpoint_name(step), seconds));
}

void RunReporter::failed_to_write_checkpoint(Index step, const std::string& why) {
  progress_.warn(fmt::format("no checkpoint at step {}: {}. The older ones stay; the next try is at the next interval",
                             step, why));
}

void RunReporter::stopped(Index step, StopReason reason) {
  constexpr std::array why{"--max-steps is reached", "a signal asked for it",
                           "the hours of --max-hours are nearly over", "the time of the SLURM job is nearly over"};
  progress_.line(
      fmt::format("stopped after step {} ({}); run the same command again to go on", step, why[as_size(reason)]));
}

void RunReporter::stopped_in_test() {
  progress_.line("stopped in the test; network.h5 is written: run the same command again to repeat the test");
}

void RunReporter::trained(const TrainingTotals& totals) {
  const std::string error =
      totals.last_error >= 0.0 ? fmt::format(", error of the last trial {:.3g}", totals.last_error) : "";
  progress_.line(fmt::format("trained: {} trials, {} steps in {}{}", totals.trials, totals.steps,
                             duration_text(totals.seconds), error));
  if (!totals.learned.text.empty()) progress_.line(totals.learned.text);
}

void RunReporter::finished(const TrainingTotals& totals, const Performance& performance, const TestResult& test) {
  progress_.line(region_text(totals.regions));
  progress_.line(performance_text(performance));
  progress_.line(test_text(test));
  if (const std::string table = test_table(test.scores); !table.empty()) progress_.line(table);
}

void RunReporter::wrote_results() {
  progress_.line(fmt::format("wrote network.h5, summary.json, metrics.csv and log.txt in {}",
                             std::filesystem::path(job_->run.output).string()));
}

std::string RunReporter::summary(const TrainingTotals& totals, const Performance& performance,
                                 const TestResult& test) const {
  std::vector<std::string> warnings = progress_.warnings();
  Json json = head_of_summary(*comm_, *job_);
  const auto name_file = [&](const char* key, const std::string& path, const std::string& fingerprint) {
    if (!fingerprint.empty()) json[key] = {{"path", path}, {"fingerprint", fingerprint}};
  };
  name_file("trials_file", job_->task.file, trials_.learned);
  name_file("test_trials_file", job_->task.test_file, trials_.tested);
  if (!job_->weights.source.empty()) json["start_from"] = Json::parse(job_->weights.source);
  for (const PlasticityReport::Number& number : totals.learned.numbers) put(json, number);
  json["train"] = training_section(totals, warnings);
  json["test"] = Json::parse(test_section(test, warnings));
  json["performance"] = performance_section(totals.regions, performance, warnings);
  json["memory"]["peak_bytes_per_rank"] = performance.peak_bytes;
  json["config"] = Json::parse(job_->config_json);
  json["provenance"] = Json::parse(provenance_);
  json["warnings"] = warnings;
  return json_text(json) + "\n";
}

}  // namespace fullforce

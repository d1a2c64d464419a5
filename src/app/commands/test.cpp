#include <memory>
#include <nlohmann/json.hpp>

#include "chosen_neurons.hpp"
#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/run/evaluation.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/provenance.hpp"
#include "fullforce/run/test_report.hpp"
#include "fullforce/run/trial_counts.hpp"
#include "inputs.hpp"
#include "memory_check.hpp"
#include "result_stream.hpp"
#include "tested_network.hpp"

namespace fullforce {
namespace {

/// The file of results: `scores` is the section of the test.
std::string result_text(const Config& config, const TestArguments& arguments, const std::string& scores,
                        const std::string& provenance_text, const std::vector<std::string>& warnings) {
  nlohmann::ordered_json json;
  json["network"] = arguments.network;
  json["neurons"] = config.network.neurons;
  json["seed"] = config.run.seed;
  json["noise"] = config.network.noise;
  if (const auto file = trials_file(config)) json["trials_file"] = *file;
  json["streams"] = config.run.streams;
  json["test"] = json_of(scores);
  json["config"] = json_of(config_json(config));
  json["provenance"] = json_of(provenance_text);
  json["warnings"] = warnings;
  return json_text(json) + "\n";
}

/// What a user should know of a trials file of which not every trial counts alike.
std::vector<std::string> warnings_of_trials(const TestedNetwork& tested) {
  if (!tested.has_own_file) return {};
  const std::string warning = warning_of_test(tested.config.run.test_trials, *tested.task, tested.config.task.file);
  return warning.empty() ? std::vector<std::string>{} : std::vector{warning};
}

/// What is to be recorded, if anything is. Throws InputError.
std::optional<RecordingJob> recording_of(const TestArguments& arguments, const TestedNetwork& tested,
                                         const std::string& provenance_text) {
  if (!arguments.record) {
    require(!arguments.neurons && !arguments.states && !arguments.currents,
            "{} says what to record (name a file with --record, too)",
            arguments.neurons  ? "--neurons"
            : arguments.states ? "--states"
                               : "--currents");
    return std::nullopt;
  }
  const Config& config = tested.config;
  RecordingJob job{*arguments.record,          chosen_neurons(arguments.neurons, config.network.neurons),
                   arguments.states,           arguments.currents,
                   target_source(config.task), {}};
  job.notes = {{"network", arguments.network},  {"network_seal", seal_of(arguments.network)},
               {"noise", config.network.noise}, {"seed", static_cast<Index>(config.run.seed)},
               {"dt", config.network.dt},       {"config", dump_config(config)},
               {"provenance", provenance_text}};
  if (const auto file = trials_file(config)) {
    job.notes.emplace_back("trials_file", *file);
    job.notes.emplace_back("trials_fingerprint", tested.task->fingerprint());
  }
  return job;
}

}  // namespace

int test_command(const Communicator& comm, const TestArguments& arguments) {
  const TestedNetwork tested =
      open_network(comm, arguments.network, {arguments.trials, arguments.noise, arguments.seed, arguments.trials_file});
  const Config& config = tested.config;
  const std::string provenance_text = provenance(comm);
  std::optional<RecordingJob> recording;
  agree(comm, [&] {
    require_file(arguments.record, "--record");
    require_output(arguments.record, "--record", {arguments.network, arguments.output, trials_file(config)});
    require_output(arguments.output, "--output", {arguments.network, trials_file(config)});
    recording = recording_of(arguments, tested, provenance_text);
  });
  require_memory(comm, {test_bytes(comm, tested, recording)},
                 fmt::format("a test of {} neurons{}", config.network.neurons, recording ? " with --record" : ""),
                 recording ? "fewer of --neurons, fewer trials" : "fewer trials");
  std::vector<std::string> warnings = warnings_of_trials(tested);
  warn(comm, warnings);
  const TestJob plan{
      config.run,          config.network, config.learning, arguments.network, tested.network_seed,
      tested.learned_from, recording,      /*observe=*/{},  config.task.reset, target_source(config.task)};
  const TestResult result = test(comm, *tested.task, plan);
  std::vector<std::string> of_scores;
  const std::string scores = test_section(result, of_scores);
  warn(comm, of_scores);
  warnings.insert(warnings.end(), of_scores.begin(), of_scores.end());
  agree(comm, [&] {
    if (comm.is_root() && arguments.output)
      write_atomically(*arguments.output, result_text(config, arguments, scores, provenance_text, warnings));
  });
  const std::string table = test_table(result.scores);
  print_result(comm, fmt::format("{} (noise {}, seed {})\n{}{}", test_text(result), config.network.noise,
                                 config.run.seed, table, table.empty() ? "" : "\n"));
  return 0;
}

}  // namespace fullforce

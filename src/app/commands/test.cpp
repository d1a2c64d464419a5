#include <memory>
#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/run/evaluation.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/provenance.hpp"
#include "inputs.hpp"
#include "memory_check.hpp"
#include "result_stream.hpp"
#include "tested_network.hpp"

namespace fullforce {
namespace {

std::string result_text(const Config& config, const TestArguments& arguments, const TestResult& result,
                        const std::string& provenance_text) {
  nlohmann::ordered_json json;
  json["network"] = arguments.network;
  json["neurons"] = config.network.neurons;
  json["seed"] = config.run.seed;
  json["noise"] = config.network.noise;
  if (const auto file = trials_file(config)) json["trials_file"] = *file;
  json["streams"] = config.run.streams;
  std::vector<std::string> warnings;
  json["test"] = nlohmann::ordered_json::parse(test_section(result, warnings));
  json["provenance"] = nlohmann::ordered_json::parse(provenance_text);
  json["warnings"] = warnings;
  return json_text(json) + "\n";
}

}  // namespace

int test_command(const Communicator& comm, const TestArguments& arguments) {
  const TestedNetwork tested =
      open_network(comm, arguments.network, {arguments.trials, arguments.noise, arguments.seed, arguments.trials_file});
  const Config& config = tested.config;
  agree(comm, [&] {
    require_file(arguments.record, "--record");
    require_output(arguments.record, "--record", {arguments.network, arguments.output, trials_file(config)});
    require_output(arguments.output, "--output", {arguments.network, trials_file(config)});
  });
  const std::unique_ptr<Task>& task = tested.task;
  require_memory(
      comm, {test_bytes(comm, tested, arguments.record.has_value())},
      fmt::format("a test of {} neurons{}", config.network.neurons, arguments.record ? " with --record" : ""),
      arguments.record ? "fewer trials" : "");
  const TestJob plan{config.run,
                     config.network,
                     config.learning,
                     arguments.network,
                     tested.network_seed,
                     arguments.record.has_value(),
                     {},
                     config.task.reset};
  const TestResult result = test(comm, *task, plan);
  const std::string provenance_text = provenance(comm);
  agree(comm, [&] {
    if (!comm.is_root()) return;
    if (arguments.record) write_recording(*arguments.record, result.recording);
    if (arguments.output) write_atomically(*arguments.output, result_text(config, arguments, result, provenance_text));
  });
  print_result(comm, fmt::format("{} (noise {}, seed {})\n", test_text(result), config.network.noise, config.run.seed));
  return 0;
}

}  // namespace fullforce

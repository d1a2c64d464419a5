#include "tested_network.hpp"

#include "fullforce/run/network_file.hpp"
#include "inputs.hpp"

namespace fullforce {

TestedNetwork open_network(const Communicator& comm, const std::string& path, const TestChanges& changes) {
  require_network_file(comm, path);
  TestedNetwork tested;
  Config& config = tested.config;
  config = parse_config(read_network_header(comm, path).config, path);
  tested.network_seed = config.run.seed;
  config.run.test_trials = changes.trials.value_or(config.run.test_trials);
  config.network.noise = changes.noise.value_or(config.network.noise);
  config.run.seed = changes.seed.value_or(config.run.seed);
  tested.task = agreed_task(comm, config);
  return tested;
}

}  // namespace fullforce

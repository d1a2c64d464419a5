#pragma once
#include <string>
#include <vector>

#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// Everything a run is a function of: the option structs of the floors below, one member a TOML section.
struct Config {
  RunOptions run;
  TaskOptions task;
  NetworkOptions network;
  LearningOptions learning;
  CheckpointOptions checkpoint;
};

/// Reads a configuration. `name` (of the file) is used in messages; `settings` are `section.key=value` of the command
/// line, applied on top. Throws InputError for a syntax error, an unknown section or key (naming the nearest known
/// one), a value of the wrong type, out of range, or not yet supported: with file, line and what to do.
Config parse_config(const std::string& text, const std::string& name, const std::vector<std::string>& settings = {});

/// The effective configuration as TOML that parse_config reads back to the same values. With comments: for
/// --dump-defaults.
std::string dump_config(const Config& config, bool with_comments = false);

/// A key whose value differs between two configurations, with both values as TOML.
struct ConfigDifference {
  std::string key;  ///< section.key
  std::string first;
  std::string second;
};

/// All keys that differ, in the order of dump_config; empty for equal configurations. For checks at a restart.
std::vector<ConfigDifference> config_differences(const Config& first, const Config& second);

}  // namespace fullforce

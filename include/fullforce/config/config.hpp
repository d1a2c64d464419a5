#pragma once
#include <string>
#include <vector>

#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// All settings that determine a run. Each member is the option struct of the library that uses it. Each member is one
/// section of the TOML file.
struct Config {
  RunOptions run;
  TaskOptions task;
  NetworkOptions network;
  LearningOptions learning;
  CheckpointOptions checkpoint;
};

/// Reads a configuration from TOML text. `name` is the name of the file, for messages. `settings` are the
/// `section.key=value` arguments of the command line; they override the text.
///
/// The function throws InputError for a syntax error, for an unknown section or key, and for a value that has the wrong
/// type, is out of range, or is not yet supported. The message says the file, the line and what to do. For an unknown
/// name it also says the nearest known one.
Config parse_config(const std::string& text, const std::string& name, const std::vector<std::string>& settings = {});

/// Reads the configuration that is sealed in a network file. Its paths were checked when they were given, perhaps by a
/// program with other rules, and are taken as they are.
Config parse_sealed_config(const std::string& text, const std::string& name);

/// Returns the effective configuration as TOML. parse_config() reads it back to the same values. `--dump-defaults` asks
/// for comments beside the keys.
std::string dump_config(const Config& config, bool with_comments = false);

/// Returns the effective configuration as a JSON object: an object for each section, with a number, text or truth value
/// for each key.
std::string config_json(const Config& config);

/// Says of each key that has another value than its default and no effect in this configuration, with a task of these
/// channels, why that is so. A user who set it should know.
std::vector<std::string> keys_without_effect(const Config& config, const Channels& channels);

/// A key whose value differs between two configurations.
struct ConfigDifference {
  std::string key;     ///< the name of the key, as section.key
  std::string first;   ///< its value in the first configuration, as TOML
  std::string second;  ///< its value in the second configuration, as TOML
};

/// Returns all keys that differ, in the order of dump_config(). The result is empty for equal configurations. A restart
/// uses this function to check its configuration.
std::vector<ConfigDifference> config_differences(const Config& first, const Config& second);

}  // namespace fullforce

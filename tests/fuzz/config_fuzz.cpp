// The reader of configurations. An input is TOML text; each line after a first line "--set" is such a setting of the
// command line.
#include <string>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/config/config.hpp"
#include "fuzz_target.hpp"

namespace fullforce {
namespace {

constexpr std::string_view begin_of_settings = "\n--set\n";

struct Input {
  std::string text;
  std::vector<std::string> settings;
};

Input parts_of(std::string_view input) {
  const std::size_t end = input.find(begin_of_settings);
  Input parts{std::string(input.substr(0, end)), {}};
  if (end == std::string_view::npos) return parts;
  std::string_view rest = input.substr(end + begin_of_settings.size());
  while (!rest.empty()) {
    const std::size_t line = std::min(rest.find('\n'), rest.size());
    parts.settings.emplace_back(rest.substr(0, line));
    rest.remove_prefix(std::min(line + 1, rest.size()));
  }
  return parts;
}

/// A configuration that was read must come back from what is written of it.
void expect_written_and_read(const Config& config) {
  for (const bool with_comments : {false, true}) {
    const std::string text = dump_config(config, with_comments);
    try {
      if (!config_differences(config, parse_config(text, "dump.toml")).empty())
        report_wrong("a configuration comes back changed", text);
    } catch (const InputError& error) {
      report_wrong(error.what(), text);
    }
  }
}

}  // namespace

std::string try_input(std::string_view input) {
  const Input parts = parts_of(input);
  try {
    const Config config = parse_config(parts.text, "fuzz.toml", parts.settings);
    expect_written_and_read(config);
    keys_without_effect(config, Channels{});
    return {};
  } catch (const InputError& error) {
    const std::string message = error.what();
    return refusal(message, message.starts_with("--set") ? "--set" : "fuzz.toml");
  }
}

}  // namespace fullforce

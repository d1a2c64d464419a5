#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "fullforce/config/config.hpp"
#include "fullforce/run/json_text.hpp"
#include "keys.hpp"

namespace fullforce {
namespace {

std::string comment_of(const Key& key) {
  std::string text = key.choices.empty() ? std::string() : fmt::format("{}", fmt::join(key.choices, " | "));
  if (!key.comment.empty()) text += fmt::format("{}{}", text.empty() ? "" : "; ", key.comment);
  return text;
}

std::string line_of(const Key& key, const Config& config, bool with_comments) {
  const std::string line = fmt::format("{} = {}", key.name, to_toml(key.get(config)));
  const std::string comment = with_comments ? comment_of(key) : "";
  return comment.empty() ? line + "\n" : fmt::format("{:<32}# {}\n", line, comment);
}

}  // namespace

std::string dump_config(const Config& config, bool with_comments) {
  std::string text;
  for (const auto section : sections()) {
    text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
    for (const Key& key : keys())
      if (key.section == section) text += line_of(key, config, with_comments);
  }
  return text;
}

std::string config_json(const Config& config) {
  nlohmann::ordered_json json;
  for (const Key& key : keys())
    std::visit([&](const auto& value) { json[std::string(key.section)][std::string(key.name)] = value; },
               key.get(config));
  return json_text(json);
}

std::vector<ConfigDifference> config_differences(const Config& first, const Config& second) {
  std::vector<ConfigDifference> differences;
  for (const Key& key : keys()) {
    const Value a = key.get(first), b = key.get(second);
    if (a != b) differences.push_back({key.full_name(), to_toml(a), to_toml(b)});
  }
  return differences;
}

}  // namespace fullforce

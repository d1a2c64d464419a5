#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace fullforce {

/// Returns a JSON document as text, each level indented by `indent` characters, or all in one line if that is negative.
/// JSON is UTF-8: bytes of texts that are not become U+FFFD, the sign for what is unknown. Numbers that are not finite
/// become null. So the function throws nothing after the work has been done.
inline std::string json_text(const nlohmann::ordered_json& json, int indent = 2) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace fullforce

#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace fullforce {

/// Returns a JSON document as text, each level indented by `indent` characters, or all in one line if that is negative.
/// JSON is UTF-8: bytes of texts that are not become U+FFFD, the sign for what is unknown. Numbers that are not finite
/// become null. So the function throws nothing after the work has been done.
std::string json_text(const nlohmann::ordered_json& json, int indent = 2);

/// Returns the JSON document that a text is. If it is none, the document is_discarded().
nlohmann::ordered_json json_of(std::string_view text);

}  // namespace fullforce

#include "fullforce/run/json_text.hpp"

#include <nlohmann/json.hpp>

namespace fullforce {

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json json_of(std::string_view text) { return nlohmann::ordered_json::parse(text, nullptr, false); }

}  // namespace fullforce

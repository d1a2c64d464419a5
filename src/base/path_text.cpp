#include "fullforce/base/path_text.hpp"

#include <fmt/format.h>

#include <cctype>

namespace fullforce {
namespace {

bool begins_a_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '{'; }

/// The first part of the text that looks like a variable of the shell: `$HOME`, `${SCRATCH}`; empty if there is none.
std::string_view variable_in(std::string_view text) {
  for (std::size_t at = text.find('$'); at + 1 < text.size() && at != text.npos; at = text.find('$', at + 1))
    if (begins_a_name(text[at + 1])) return text.substr(at, text.find('/', at) - at);
  return {};
}

}  // namespace

std::string path_complaint(std::string_view text) {
  if (text.empty()) return "must not be empty";
  if (text.find('\0') != text.npos) return "must not hold a zero byte, which ends a path";
  if (text.front() == '~')
    return "must not begin with ~, which only a shell expands: write the folder out, or ./~ for that very name";
  if (const std::string_view variable = variable_in(text); !variable.empty())
    return fmt::format("must not hold {}, which only a shell expands: write its value out", variable);
  return {};
}

}  // namespace fullforce

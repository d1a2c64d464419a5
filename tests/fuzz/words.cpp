#include "words.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace fullforce {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::vector<std::string_view> lines_of(std::string_view text) { return split(text, '\n'); }

std::string_view Words::next() {
  const std::size_t end = std::min(line_.find(' '), line_.size());
  const std::string_view word = line_.substr(0, end);
  line_.remove_prefix(std::min(end + 1, line_.size()));
  return word;
}

std::int64_t integer_of(std::string_view text) {
  return static_cast<std::int64_t>(std::strtoull(std::string(text).c_str(), nullptr, 0));
}

std::int64_t Words::integer() { return integer_of(next()); }

double Words::number() { return std::strtod(text().c_str(), nullptr); }

std::string Words::rest() {
  std::string result;
  for (std::size_t i = 0; i < line_.size(); ++i) {
    const bool is_end_of_line = line_.substr(i, 2) == "\\n";
    result += is_end_of_line ? '\n' : line_[i];
    if (is_end_of_line) ++i;
  }
  line_ = {};
  return result;
}

std::size_t choice_of(std::string_view word, std::span<const std::string_view> choices) {
  const auto found = std::find(choices.begin(), choices.end(), word);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  return std::hash<std::string_view>{}(word) % choices.size();
}

}  // namespace fullforce

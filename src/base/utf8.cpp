#include "fullforce/base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace fullforce {
namespace {

std::uint32_t byte_of(char c) { return static_cast<unsigned char>(c); }

/// How many bytes a character has whose first byte is this one; 0 if none begins with it.
std::size_t length_after(std::uint32_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/// The number of bytes of the valid character at the beginning of a text that is not empty; 0 if there is none.
std::size_t character_length(std::string_view text) {
  const std::uint32_t first = byte_of(text[0]);
  const std::size_t length = length_after(first);
  if (length < 2) return length;
  if (text.size() < length) return 0;
  std::uint32_t code = first & (0x7fU >> length);
  for (const char c : text.substr(1, length - 1)) {
    if ((byte_of(c) & 0xc0U) != 0x80) return 0;
    code = code << 6 | (byte_of(c) & 0x3fU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return overlong || surrogate || code > 0x10ffff ? 0 : length;
}

bool is_control(char c) { return byte_of(c) < 0x20 || byte_of(c) == 0x7f; }

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0 || is_control(text[0]))
      result += fmt::format("\\x{:02x}", byte_of(text[0]));
    else
      result += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

}  // namespace fullforce

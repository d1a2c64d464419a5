#pragma once
#include <string>
#include <string_view>

/// Texts that come from outside, such as arguments and host names, may hold any bytes. TOML and JSON hold UTF-8 only.
namespace fullforce {

/// Whether a text is valid UTF-8: neither stray bytes, nor overlong forms, surrogates, or values beyond U+10FFFF.
bool is_utf8(std::string_view text);

/// The text with each control character, and each byte that is not part of valid UTF-8, written as \xHH. The result is
/// valid UTF-8 in one line. Example: "o", 0xe9, newline gives o\xe9\x0a.
std::string printable(std::string_view text);

}  // namespace fullforce

#pragma once
#include <string>
#include <string_view>

namespace fullforce {

/// What is wrong with a text that a user gave as a path, as a clause that follows "must"; empty if nothing is. An empty
/// text, a zero byte, and what a shell would have expanded (`~/runs`, `$HOME/runs`) are refused, because a file or
/// folder of that very name is not what was meant.
std::string path_complaint(std::string_view text);

}  // namespace fullforce

#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How the text of an input is taken apart. No text is wrong: whatever a fuzzer makes of it means something.
namespace fullforce {

/// The lines of a text.
std::vector<std::string_view> lines_of(std::string_view text);

/// The parts of a text between separators.
std::vector<std::string_view> split(std::string_view text, char separator);

/// A line as words that are separated by spaces. Words that are missing are empty.
class Words {
 public:
  explicit Words(std::string_view line) : line_(line) {}

  std::string_view next();
  std::string text() { return std::string(next()); }
  std::int64_t integer();
  double number();
  bool at_end() const { return line_.empty(); }
  /// All that is left, in which "\n" stands for the end of a line.
  std::string rest();

 private:
  std::string_view line_;
};

/// Text as an integer, in decimal or with 0x in hexadecimal; what cannot be read is 0.
std::int64_t integer_of(std::string_view text);

/// The place of a word in a list of choices. Any other word chooses one of them, too.
std::size_t choice_of(std::string_view word, std::span<const std::string_view> choices);

}  // namespace fullforce

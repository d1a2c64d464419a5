#include "fullforce/base/utf8.hpp"

#include <gtest/gtest.h>

namespace fullforce {
namespace {

TEST(Utf8, KnowsWholeCharacters) {
  for (const char* text :
       {"", "plain", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xee\x80\x80"})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, RefusesWhatNoEncoderWrites) {
  for (const char* text : {"o\xe9", "\xe9", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82"})
    EXPECT_FALSE(is_utf8(text)) << printable(text);
}

TEST(Utf8, WritesOutWhatCannotBePrinted) {
  EXPECT_EQ(printable("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(printable("o\xe9\n"), "o\\xe9\\x0a");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

}  // namespace
}  // namespace fullforce

#include "fullforce/config/regions.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

TEST(Regions, AreRangesAndLists) {
  const std::vector<Region> regions =
      parse_regions("PMd = \"2-4\"\n\"area 5\" = [9, \"0-1\", 6]\nA = 7\n", "r.toml", 10);
  ASSERT_EQ(regions.size(), 3u);
  EXPECT_EQ(regions[0].name, "PMd") << "regions stand in the order of the file";
  EXPECT_EQ(regions[0].neurons, (std::vector<Index>{2, 3, 4}));
  EXPECT_EQ(regions[1].name, "area 5");
  EXPECT_EQ(regions[1].neurons, (std::vector<Index>{9, 0, 1, 6}));
  EXPECT_EQ(regions[2].neurons, (std::vector<Index>{7}));
}

TEST(Regions, ThatMakeNoSenseAreRefused) {
  const auto expect_refused = [](const std::string& text, const std::string& why) {
    const std::string message = message_of<InputError>([&] { parse_regions(text, "r.toml", 10); });
    EXPECT_NE(message.find(why), std::string::npos) << message;
  };
  expect_refused("A = ", "r.toml:1: not valid TOML");
  expect_refused("", "r.toml: names no regions");
  expect_refused("# none\nA = \"2-10\"\n", "r.toml:2: A: there is no neuron 10 (the 10 neurons count from 0 to 9)");
  expect_refused("A = -1", "there is no neuron -1");
  expect_refused("A = \"5-3\"", "the range 5-3 ends before it begins");
  expect_refused("A = [3, \"1-4\"]", "neuron 3 stands in it twice");
  expect_refused("A = []", "a region needs at least one neuron");
  for (const char* wrong : {"A = 1.5", "A = \"x\"", "A = \"1-\"", "A = \"1-2-3\"", "A = [[1]]", "[A]\nx = 1"})
    expect_refused(wrong, "must be a range of neurons");
  expect_refused("\"a/b\" = 1", "cannot be the name of a region");
}

}  // namespace
}  // namespace fullforce

#include "cli.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "fullforce/base/check.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

int run(std::vector<const char*> words) {
  words.insert(words.begin(), "fullforce");
  return run_command_line(Communicator::world(), static_cast<int>(words.size()), words.data());
}

/// Returns what is wrong with a command line, as the program says it.
std::string refusal(const std::vector<const char*>& words) {
  return message_of<InputError>([&] { run(words); });
}

TEST(CommandLine, SaysWhatItIsAskedAboutItself) {
  for (const char* flag : {"--help", "--version", "--dump-defaults"}) EXPECT_EQ(run({flag}), 0) << flag;
  for (const char* command : {"train", "test", "analyze", "trials", "info", "plan"})
    EXPECT_EQ(run({command, "--help"}), 0) << command;
}

TEST(CommandLine, NeedsACommandThatThereIs) {
  EXPECT_TRUE(says(refusal({}), "no command"));
  EXPECT_TRUE(says(refusal({"fly"}), "fly"));
  EXPECT_TRUE(says(refusal({"train", "c.toml", "--frobnicate"}), "--frobnicate"));
}

TEST(CommandLine, NeedsWhatACommandWorksOn) {
  EXPECT_TRUE(says(refusal({"train"}), "CONFIG"));
  for (const char* command : {"test", "analyze"}) EXPECT_TRUE(says(refusal({command}), "NETWORK")) << command;
  EXPECT_TRUE(says(refusal({"info"}), "PATH"));
  EXPECT_TRUE(says(refusal({"trials", "c.toml", "--output", "t.h5"}), "--count"));
  EXPECT_TRUE(says(refusal({"trials", "c.toml", "--count", "2"}), "--output"));
}

TEST(CommandLine, ReadsWholeNumbersOfTheirRangeAlone) {
  for (const char* text : {"-1", "many", "1.5", "2x", "", "99999999999999999999"})
    EXPECT_TRUE(says(refusal({"train", "c.toml", "--max-steps", text}), "--max-steps")) << text;
  for (const char* text : {"0", "1025"})
    EXPECT_TRUE(says(refusal({"train", "c.toml", "--threads", text}), "--threads")) << text;
  EXPECT_TRUE(says(refusal({"trials", "c.toml", "--output", "t.h5", "--count", "0"}), "at least 1, at most 100000"));
}

TEST(CommandLine, ReadsFiniteAmountsThatAreNotNegative) {
  for (const char* text : {"-2", "inf", "nan", "soon", "1h"})
    EXPECT_TRUE(says(refusal({"train", "c.toml", "--max-hours", text}), "--max-hours")) << text;
}

TEST(CommandLine, ReadsFiniteNumbersWithCommasBetweenThem) {
  for (const char* text : {"", "1,", "1,x", "1;2", "inf", "1,nan", "1 2"})
    EXPECT_TRUE(says(refusal({"analyze", "n.h5", "--fixed-points", "--input", text}), "--input")) << text;
  EXPECT_TRUE(says(refusal({"analyze", "missing.h5", "--fixed-points", "--input", "-1,2.5"}), "missing.h5"));
}

TEST(CommandLine, ExplainsWithoutANetwork) {
  EXPECT_EQ(run({"analyze", "--explain"}), 0);
  EXPECT_TRUE(says(refusal({"analyze", "--explain", "--starts", "0"}), "--starts"));
}

TEST(CommandLine, TakesNoPathThatAShellWouldHaveExpanded) {
  for (const char* path : {"~/x", "$HOME/x", "run${a}"}) {
    EXPECT_TRUE(says(refusal({"train", "c.toml", "--output", path}), "only a shell expands")) << path;
    EXPECT_TRUE(says(refusal({"trials", "c.toml", "--count", "1", "--output", path}), "--output")) << path;
    EXPECT_TRUE(says(refusal({"plan", "c.toml", "--output", path}), "--output")) << path;
    for (const char* option : {"--output", "--record", "--trials-file"})
      EXPECT_TRUE(says(refusal({"test", "n.h5", option, path}), option)) << path;
    EXPECT_TRUE(says(refusal({"analyze", "n.h5", "--output", path}), "--output")) << path;
  }
}

TEST(CommandLine, TakesNoEmptyText) {
  EXPECT_TRUE(says(refusal({"train", ""}), "must not be empty"));
  EXPECT_TRUE(says(refusal({"train", "c.toml", "--output", ""}), "--output"));
}

TEST(CommandLine, TakesNoBytesThatAreNotUtf8) {
  EXPECT_TRUE(says(refusal({"train", "c.toml", "--output", "o\xe9"}), "the argument o\\xe9 is not valid UTF-8"));
  EXPECT_TRUE(says(refusal({"info", "\xc3\xa9"}), "\xc3\xa9: there is no such file")) << "what is valid is taken";
}

TEST(CommandLine, HandsOnWhatIsWrongWithTheFilesThatItNames) {
  ASSERT_FALSE(std::filesystem::exists("missing.toml"));  // the answer is the same on every rank
  EXPECT_TRUE(says(refusal({"train", "missing.toml"}), "cannot read missing.toml"));
  EXPECT_TRUE(says(refusal({"info", "missing"}), "missing"));
}

}  // namespace
}  // namespace fullforce

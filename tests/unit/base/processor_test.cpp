#include "fullforce/base/processor.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "fullforce/base/build_info.hpp"

namespace fullforce {
namespace {

constexpr const char* names[] = {"sse3", "avx", "avx2"};

/// What is missing of the three sets, and how many they are.
std::pair<int, std::string> missing(const bool (&needed)[3], const bool (&available)[3], const char* hidden = "",
                                    std::size_t size = 100) {
  std::string text(size, '?');
  const int count = list_missing(names, needed, available, 3, hidden, text.data(), size);
  return {count, std::string(text.c_str())};
}

}  // namespace

TEST(Processor, LacksWhatIsNeededAndNotThere) {
  EXPECT_EQ(missing({true, true, true}, {true, true, true}), std::pair(0, std::string()));
  EXPECT_EQ(missing({true, true, true}, {true, false, false}), std::pair(2, std::string("avx avx2")));
  EXPECT_EQ(missing({true, false, false}, {true, false, false}), std::pair(0, std::string())) << "a portable build";
}

TEST(Processor, LacksWhatIsHidden) {
  EXPECT_EQ(missing({true, true, true}, {true, true, true}, "avx2").second, "avx2");
  EXPECT_EQ(missing({true, true, true}, {true, true, true}, "avx sse3").second, "sse3 avx");
  EXPECT_EQ(missing({true, true, false}, {true, true, true}, "avx2").first, 0) << "avx is another set";
}

TEST(Processor, NamesAsMuchAsThereIsRoomFor) {
  EXPECT_EQ(missing({true, true, true}, {false, false, false}, "", 8), std::pair(3, std::string("sse3 av")));
}

TEST(Processor, IsThatOfThisBuild) { end_unless_processor_fits(); }

TEST(Processor, EndsTheProgramWithASentence) {
  const std::string sets = build_info::instruction_sets();
  if (sets.empty()) GTEST_SKIP() << "a portable build fits every processor";
  const std::string last = sets.substr(sets.rfind(' ') + 1);
  EXPECT_EXIT(
      {
        ::setenv("FULLFORCE_HIDE_INSTRUCTION_SETS", last.c_str(), 1);
        for (const char* variable : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"})
          ::unsetenv(variable);
        end_unless_processor_fits();
      },
      testing::ExitedWithCode(1), "lacks instructions that this program was built for: " + last);
}

}  // namespace fullforce

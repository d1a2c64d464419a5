#include "../../../src/io/seal.hpp"

#define XXH_INLINE_ALL
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>

#include "fullforce/base/check.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

/// Writes a file of twice the size of a seal, whose seal has other numbers from `place` on, and the right checksum.
void write_forged(const std::filesystem::path& path, std::size_t place, const std::vector<std::int64_t>& numbers) {
  constexpr std::size_t place_of_checksum = 16;
  const auto size = as_size(seal::bytes);
  std::ofstream(path, std::ios::binary) << std::string(2 * size, 'x');
  seal::write(path, {});
  std::string block(size, '\0');
  std::ifstream(path, std::ios::binary).read(block.data(), seal::bytes);
  std::memcpy(&block[place], numbers.data(), numbers.size() * sizeof(std::int64_t));
  std::memset(&block[place_of_checksum], 0, sizeof(std::uint64_t));
  const std::uint64_t sum = XXH3_64bits(block.data(), size);
  std::memcpy(&block[place_of_checksum], &sum, sizeof sum);
  std::fstream(path, std::ios::binary | std::ios::in | std::ios::out).write(block.data(), seal::bytes);
}

struct Seal : testing::Test {
  Communicator comm = Communicator::world();
  TemporaryFolder folder{comm};
  std::filesystem::path path = folder / (std::to_string(static_cast<int>(comm.rank())) + ".h5");

  std::string verdict() const {
    return message_of<RunError>([&] { seal::check(path); });
  }
};

constexpr std::size_t place_of_count = 40;

TEST_F(Seal, IsRightAsItWasWritten) {
  write_forged(path, place_of_count, {0});
  EXPECT_EQ(verdict(), "nothing was thrown");
}

TEST_F(Seal, HasRoomForSoManyRunsOnly) {
  for (const std::int64_t count : {std::int64_t{-1}, std::int64_t{241}, std::int64_t{1} << 60}) {
    write_forged(path, place_of_count, {count});
    EXPECT_EQ(verdict(), path.string() + " has a damaged seal") << count;
  }
}

TEST_F(Seal, ListsRunsWithinTheFileOnly) {
  const std::int64_t huge = std::int64_t{1} << 62;
  for (const std::vector<std::int64_t>& run : std::vector<std::vector<std::int64_t>>{
           {1, -5, 10}, {1, 5000, -1}, {1, 5000, 4000}, {1, huge, huge}, {2, 6000, 100, 5000, 100}}) {
    write_forged(path, place_of_count, run);
    EXPECT_EQ(verdict(), path.string() + " has a damaged seal") << run[1];
  }
}

}  // namespace
}  // namespace fullforce

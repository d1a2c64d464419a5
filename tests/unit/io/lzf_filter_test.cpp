#include "../../../src/io/lzf_filter.hpp"

#include <gtest/gtest.h>

namespace fullforce {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Lzf, CopiesLiteralBytes) {
  EXPECT_EQ(decompress_lzf(Bytes{2, 7, 8, 9}), (Bytes{7, 8, 9}));
  EXPECT_EQ(decompress_lzf(Bytes{}), Bytes{});
}

TEST(Lzf, RepeatsWhatWasThereBefore) {
  EXPECT_EQ(decompress_lzf(Bytes{2, 1, 2, 3, 1 << 5, 2}), (Bytes{1, 2, 3, 1, 2, 3}));
  // The repeated bytes overlap with those that they make.
  EXPECT_EQ(decompress_lzf(Bytes{0, 5, 2 << 5, 0}), (Bytes{5, 5, 5, 5, 5}));
}

TEST(Lzf, RepeatsLongRunsFromFarAway) {
  EXPECT_EQ(decompress_lzf(Bytes{0, 5, 7 << 5, 100, 0}), Bytes(110, 5));
  Bytes bytes{0, 9, 7 << 5, 255, 0, 1 << 5 | 1, 7};  // 9 for 265 times; then three from 264 places back
  EXPECT_EQ(decompress_lzf(bytes), Bytes(268, 9));
}

TEST(Lzf, RefusesDamage) {
  EXPECT_FALSE(decompress_lzf(Bytes{2, 7, 8}));          // the literal bytes end early
  EXPECT_FALSE(decompress_lzf(Bytes{0, 7, 1 << 5}));     // no distance
  EXPECT_FALSE(decompress_lzf(Bytes{0, 7, 7 << 5, 1}));  // no distance behind the length
  EXPECT_FALSE(decompress_lzf(Bytes{0, 7, 1 << 5, 1}));  // from before the beginning
}

}  // namespace
}  // namespace fullforce

#include "fullforce/base/nearest.hpp"

#include <gtest/gtest.h>

namespace fullforce {
namespace {

TEST(Nearest, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(edit_distance("hints", "hints"), 0);
  EXPECT_EQ(edit_distance("hint", "hints"), 1);
  EXPECT_EQ(edit_distance("Inputs", "input"), 2);
  EXPECT_EQ(edit_distance("", "abc"), 3);
}

TEST(Nearest, IsTheFirstOfSeveral) {
  EXPECT_EQ(nearest("hint", {"lengths", "hints"}), "hints");
  EXPECT_EQ(nearest("x", {"a", "b"}), "a");
}

}  // namespace
}  // namespace fullforce

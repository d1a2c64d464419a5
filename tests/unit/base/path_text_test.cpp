#include "fullforce/base/path_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fullforce {

TEST(PathText, OrdinaryPathsAreAccepted) {
  for (const char* path : {"runs/a b", "./~x", "/data/a~b", "costs$", "a$1", "..", "ünï"})
    EXPECT_EQ(path_complaint(path), "") << path;
}

TEST(PathText, WhatOnlyAShellExpandsIsRefused) {
  EXPECT_NE(path_complaint("~/runs").find("~"), std::string::npos);
  EXPECT_NE(path_complaint("~anna/runs").find("~"), std::string::npos);
  EXPECT_NE(path_complaint("$SCRATCH/runs").find("$SCRATCH,"), std::string::npos);
  EXPECT_NE(path_complaint("runs/${USER}/a").find("${USER},"), std::string::npos);
}

TEST(PathText, EmptyTextsAndZeroBytesAreRefused) {
  EXPECT_NE(path_complaint("").find("empty"), std::string::npos);
  EXPECT_NE(path_complaint(std::string_view("a\0b", 3)).find("zero byte"), std::string::npos);
}

}  // namespace fullforce

#include "fullforce/run/provenance.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fullforce {

TEST(Provenance, OfThisProgramIsOfTheSameBuild) { EXPECT_EQ(other_build(provenance(Communicator::world())), ""); }

TEST(Provenance, NamesWhatMakesAnotherBuildRoundOtherwise) {
  auto json = nlohmann::json::parse(provenance(Communicator::world()));
  json["instructions"] = "of another machine";
  json["host"] = "elsewhere";
  EXPECT_NE(other_build(json.dump()).find("instructions of another machine, now "), std::string::npos);
  EXPECT_EQ(other_build(json.dump()).find("elsewhere"), std::string::npos);
  json["rounding_flags"] = "-ffast-math";
  EXPECT_NE(other_build(json.dump()).find("rounding_flags -ffast-math, now "), std::string::npos);
  json["instruction_sets"] = "sse3";
  EXPECT_NE(other_build(json.dump()).find("instruction_sets sse3, now "), std::string::npos);
  json.erase("compiler");
  EXPECT_NE(other_build(json.dump()).find("compiler unknown, now "), std::string::npos);
}

TEST(Provenance, ThatCannotBeReadSaysNothing) { EXPECT_EQ(other_build("damaged"), ""); }

}  // namespace fullforce

#include "fullforce/forecast/machine.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "support/plain_machine.hpp"

namespace fullforce {
namespace {

TEST(Machine, InterpolatesAndGoesOnWithTheLastSlope) {
  const OverStreams values = {1.0, 4.0, 16.0, 32.0};
  EXPECT_DOUBLE_EQ(interpolate(sampled_streams, values, 1.0), 1.0);
  EXPECT_DOUBLE_EQ(interpolate(sampled_streams, values, 10.0), 10.0);
  EXPECT_DOUBLE_EQ(interpolate(sampled_streams, values, 64.0), 64.0);
}

TEST(Machine, TextReadsBackToTheSame) {
  Machine m = plain_machine();
  m.steps_from = "measured";
  m.single_precision.rows[0] = {1e-9, 2e-9, 3e-9, 4e-9};
  const std::string text = machine_text(m);
  EXPECT_EQ(machine_text(parse_machine(text, "m.json")), text);
}

TEST(Machine, RefusesWhatItDoesNotKnow) {
  const std::string head = R"({"format": "fullforce-machine", "format_version": 1, )";
  for (const char* wrong : {"{", R"({"format": "other"})", R"({"format": "fullforce-machine", "format_version": 2})"})
    EXPECT_THROW(parse_machine(wrong, "m.json"), InputError) << wrong;
  for (const char* wrong :
       {R"("nodes": {}})", R"("node": {"core": 1}})", R"("node": {"cores": 0}})", R"("node": {"cores": "two"}})",
        R"("node": 3})", R"("bandwidth": {"core_bytes_per_second": [1, 2]}})",
        R"("bandwidth": {"core_bytes_per_second": [1, 2, 0, 3, 4, 5, 6, 7, 8, 9]}})",
        R"("single": {"flush_seconds": -1}})", R"("files": {"bytes_per_second": null}})"})
    EXPECT_THROW(parse_machine(head + wrong, "m.json"), InputError) << wrong;
  EXPECT_EQ(parse_machine(head + R"("node": {"cores": 3}})", "m.json").cores, 3);
}

}  // namespace
}  // namespace fullforce

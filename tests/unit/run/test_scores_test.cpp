#include "fullforce/run/test_scores.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "fullforce/run/test_report.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

using Json = nlohmann::json;

OutputSums sums_of(std::initializer_list<std::pair<double, double>> samples) {
  OutputSums sums;
  for (const auto& [output, target] : samples) sums.add(output, target);
  return sums;
}

ScoredTrial trial(Index number, const char* condition, double error, double target) {
  return {{number, condition}, 10, {error, target, 10}};
}

/// Two trials over two outputs, of which the second has a target that is zero.
TestResult result() {
  TestResult made;
  made.steps = 20;
  TestScores& scores = made.scores;
  scores.from_file = true;
  scores.trials = {trial(3, "left", 1.0, 4.0), trial(0, "right", 2.0, 0.0)};
  scores.output_names = {"x", "a very long name"};
  scores.outputs = {sums_of({{1.0, 2.0}, {0.5, 0.0}}), sums_of({{0.5, 0.0}})};
  return made;
}

TEST(OutputSums, GiveSquaresAndVariation) {
  const OutputSums sums = sums_of({{1.0, 2.0}, {4.0, 4.0}, {0.0, 3.0}});
  EXPECT_DOUBLE_EQ(sums.squares().error, 10.0);
  EXPECT_DOUBLE_EQ(sums.squares().target, 29.0);
  EXPECT_DOUBLE_EQ(sums.target_variation(), 2.0);
  EXPECT_DOUBLE_EQ(r_squared(sums.squares().error, sums.target_variation()), -4.0);
}

TEST(OutputSums, AddedUpAreThoseOfAllSamples) {
  // Far from zero a difference of sums of squares would lose all digits.
  constexpr double far = 1e8;
  OutputSums sums = sums_of({{far, far + 1.0}, {far, far + 2.0}});
  sums.add(OutputSums{});
  sums.add(sums_of({{far, far + 3.0}, {far, far + 4.0}, {far, far + 5.0}}));
  EXPECT_NEAR(sums.target_variation(), 10.0, 1e-6);
  OutputSums none;
  none.add(sums_of({{0.0, 1.0}, {0.0, 3.0}}));
  EXPECT_DOUBLE_EQ(none.target_variation(), 2.0);
}

TEST(OutputSums, OfConstantTargetsHaveNoRSquared) {
  const OutputSums sums = sums_of({{1.0, 2.0}, {2.0, 2.0}});
  EXPECT_TRUE(std::isnan(r_squared(sums.squares().error, sums.target_variation())));
}

TEST(TestScores, OfConditionsStandInAnOrderThatPeopleExpect) {
  TestScores scores;
  for (const char* condition : {"10", "9", "b", "10", "a", ""}) scores.trials.push_back(trial(0, condition, 1.0, 2.0));
  std::vector<std::string> order;
  for (const ConditionScore& score : scores.conditions()) order.push_back(score.condition);
  EXPECT_EQ(order, (std::vector<std::string>{"9", "10", "a", "b"}));
  EXPECT_EQ(scores.conditions()[1].trials, 2);
  EXPECT_DOUBLE_EQ(scores.conditions()[1].squares.relative_error(), 0.5);
}

TEST(TestScores, SayFromWhichTrialsTheNetworkLearned) {
  TestScores scores = result().scores;
  EXPECT_EQ(scores.origin(), TrialOrigin::held_out);
  scores.trials[0].learned = true;
  EXPECT_EQ(scores.origin(), TrialOrigin::both);
  scores.trials[1].learned = true;
  EXPECT_EQ(scores.origin(), TrialOrigin::training);
  EXPECT_EQ(TestScores{}.origin(), TrialOrigin::fresh);
}

TEST(TestReport, WarnsOfTrialsThatWereLearnedFrom) {
  TestResult told = result();
  told.scores.trials[1].learned = true;
  std::vector<std::string> warnings;
  const Json json = Json::parse(test_section(told, warnings));
  EXPECT_EQ(json["trials_of"], "training and held-out trials");
  EXPECT_EQ(json["training_trials"], 1);
  EXPECT_EQ(json["per_trial"][0]["learned"], false);
  EXPECT_EQ(json["per_trial"][1]["learned"], true);
  EXPECT_TRUE(says(warnings.front(), "the network learned from 1 of the 2 test trials"));
}

TEST(TestReport, HasEveryScoreByTrialOutputAndCondition) {
  std::vector<std::string> warnings;
  const Json json = Json::parse(test_section(result(), warnings));
  EXPECT_EQ(json["trials_of"], "held-out trials");
  EXPECT_DOUBLE_EQ(json["error"], 0.75);
  EXPECT_DOUBLE_EQ(json["r2"], 1.0 - 1.5 / 2.0);
  EXPECT_EQ(json["per_output"][0], (Json{{"name", "x"}, {"error", 1.25 / 4}, {"squared_error", 1.25}, {"r2", 0.375}}));
  EXPECT_EQ(json["per_condition"][0],
            (Json{{"condition", "left"}, {"trials", 1}, {"error", 0.25}, {"squared_error", 1.0}}));
  EXPECT_EQ(json["per_trial"][0], (Json{{"trial", 3},
                                        {"condition", "left"},
                                        {"steps", 10},
                                        {"error", 0.25},
                                        {"squared_error", 1.0},
                                        {"learned", false}}));
}

TEST(TestReport, SaysWhyARatioIsMissingAndGivesTheSquaredError) {
  std::vector<std::string> warnings;
  const Json json = Json::parse(test_section(result(), warnings));
  EXPECT_TRUE(json["per_output"][1]["error"].is_null());
  EXPECT_DOUBLE_EQ(json["per_output"][1]["squared_error"], 0.25);
  EXPECT_TRUE(json["per_trial"][1]["error"].is_null());
  EXPECT_DOUBLE_EQ(json["per_trial"][1]["squared_error"], 2.0);
  ASSERT_EQ(warnings.size(), 4U);
  EXPECT_TRUE(says(warnings[0], "test.per_output: error is null for a very long name: all targets are zero"));
  EXPECT_TRUE(says(warnings[1], "test.per_output: r2 is null for a very long name: the target is constant"));
  EXPECT_TRUE(says(warnings[2], "test.per_condition: error is null for right: all targets are zero"));
  EXPECT_TRUE(says(warnings[3], "test.per_trial: error is null for trial 0: all targets are zero"));
}

TEST(TestReport, SaysWhereNoSampleCounts) {
  TestResult masked;
  masked.scores.trials = {{{0, "left"}, 10, {}}, {{1, "left"}, 10, {}}};
  masked.scores.output_names = {"x"};
  masked.scores.outputs.resize(1);
  std::vector<std::string> warnings;
  test_section(masked, warnings);
  ASSERT_EQ(warnings.size(), 6U) << "the two trials share a warning";
  for (const std::string& warning : warnings) EXPECT_TRUE(says(warning, "no sample counts")) << warning;
  EXPECT_EQ(test_text(masked), "no test error: no sample of the 2 new trials counts");
  masked.scores.trials[1] = trial(1, "left", 1.0, 0.0);
  warnings.clear();
  test_section(masked, warnings);
  EXPECT_TRUE(says(warnings[0], "test.error: all targets of the test trials are zero"));
  EXPECT_TRUE(says(warnings[warnings.size() - 2], "test.per_trial: error is null for trial 1: all targets are zero"));
  EXPECT_TRUE(says(warnings.back(), "test.per_trial: error is null for trial 0: no sample counts"));
}

TEST(TestReport, WarnsOnceOfManyTrials) {
  TestResult many = result();
  for (Index n = 0; n < 100; ++n) many.scores.trials.push_back(trial(n, "", 1.0, 0.0));
  std::vector<std::string> warnings;
  test_section(many, warnings);
  EXPECT_TRUE(says(warnings.back(), "for trial 0, trial 1, trial 2, trial 3, trial 4 and 95 more: all targets"));
}

TEST(TestReport, OfNoTrialHasNoNumbers) {
  std::vector<std::string> warnings;
  const Json json = Json::parse(test_section(TestResult{}, warnings));
  EXPECT_TRUE(json["error"].is_null());
  EXPECT_TRUE(json["per_output"].empty() && json["per_trial"].empty());
  EXPECT_EQ(warnings,
            (std::vector<std::string>{"test.error: there was no test trial", "test.r2: there was no test trial"}));
  EXPECT_EQ(test_text(TestResult{}), "no test trials (run.test_trials = 0)");
  EXPECT_EQ(test_table(TestScores{}), "");
}

TEST(TestReport, TellsPeopleOnWhichTrialsItStands) {
  TestResult told = result();
  EXPECT_EQ(test_text(told), "test error 0.75 over 2 held-out trials, R^2 0.25");
  told.scores.trials[1].learned = true;
  EXPECT_TRUE(says(test_text(told), "over 2 trials, 1 of which are training trials"));
  told.scores.trials[0].learned = true;
  EXPECT_TRUE(says(test_text(told), "2 training trials"));
  EXPECT_EQ(test_table(told.scores),
            "output                error        R^2\n"
            "x                    0.3125      0.375\n"
            "a very long name       none       none\n"
            "condition     trials      error\n"
            "left               1       0.25\n"
            "right              1       none");
}

}  // namespace
}  // namespace fullforce

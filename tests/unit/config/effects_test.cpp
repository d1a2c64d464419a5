#include <gtest/gtest.h>

#include "fullforce/config/config.hpp"

namespace fullforce {
namespace {

std::vector<std::string> found_in(const std::string& toml, const Channels& channels) {
  return keys_without_effect(parse_config(toml, "c.toml"), channels);
}

}  // namespace

TEST(Effects, DefaultsAreNotSpokenOf) { EXPECT_TRUE(keys_without_effect(Config{}, {0, 1, 0}).empty()); }

TEST(Effects, KeysOfAnotherTaskAreNamed) {
  const auto found = found_in("[task]\nname = \"ready-set-go\"\nversion = 1\nfile = \"mine.h5\"\n", {2, 1, 1});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0], "task.version = 1 has no effect with a task other than \"oscillation\"");
  EXPECT_EQ(found[1], "task.file = \"mine.h5\" has no effect with a task other than \"file\"");
  EXPECT_EQ(found_in("[task]\nhint = false\n", {1, 1, 0}).size(), 1u);
}

TEST(Effects, TrialsOfTestsNeedTests) {
  const std::string held_out = "[task]\nname = \"file\"\ntest_file = \"t.h5\"\n";
  EXPECT_TRUE(found_in(held_out, {1, 1, 0}).empty());
  EXPECT_EQ(found_in(held_out + "[run]\ntest_trials = 0\n", {1, 1, 0}),
            std::vector<std::string>{"task.test_file = \"t.h5\" has no effect with run.test_trials = 0"});
  EXPECT_EQ(found_in("[task]\ntest_file = \"t.h5\"\n", {1, 1, 0}).size(), 1u);
}

TEST(Effects, GainsOfMissingChannelsAreNamed) {
  const std::string gains = "[network]\ninput_gain = 2.0\nhint_gain = 3.0\n";
  EXPECT_EQ(found_in(gains, {0, 1, 0}).size(), 2u);
  EXPECT_TRUE(found_in(gains, {1, 1, 1}).empty());
}

TEST(Effects, GainsOfWeightsThatAreTakenAreNamed) {
  const std::string gains = "[network]\ngain = 1.2\ninput_gain = 2.0\noutput_gain = 2.0\nhint_gain = 3.0\n";
  EXPECT_TRUE(found_in(gains, {1, 1, 1}).empty());
  const auto found = found_in("[run]\nstart_from = \"network.h5\"\n" + gains, {1, 1, 1});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0], "network.gain = 1.2 has no effect with run.start_from, whose J_D is taken");
  EXPECT_EQ(found_in("[run]\nkeep_P = true\n", {1, 1, 1}).size(), 1u);
}

TEST(Effects, HintsServeTargetCurrentsAlone) {
  const std::string force = "[network]\nhint_gain = 3.0\n[learning]\nrule = \"force\"\n";
  EXPECT_EQ(found_in(force, {2, 1, 1}).size(), 1u);
  EXPECT_EQ(
      found_in("[task]\nname = \"ready-set-go\"\nhint = \"phase\"\n[learning]\nrule = \"force\"\n", {2, 1, 2}).size(),
      1u);
}

TEST(Effects, TargetsOfNeuronsFromAFileNeedNoGenerator) {
  const std::string keys = "hint = false\n[network]\nin_degree = 5\noutput_gain = 2.0\n";
  EXPECT_TRUE(found_in("[task]\nname = \"file\"\n" + keys, {1, 1, 0}).empty());
  const auto found = found_in("[task]\nname = \"file\"\ntarget = \"rates\"\n" + keys, {1, 1, 0});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_NE(found[0].find("targets of neurons from a file"), std::string::npos) << found[0];
  const auto other = found_in("[task]\nname = \"ready-set-go\"\ntarget = \"currents\"\n", {2, 1, 1});
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(other[0], "task.target = \"currents\" has no effect with a task other than \"file\"");
}

TEST(Effects, DelaysNeedATaskThatHasThem) {
  const std::string times = "pulse = 0.02\ndelay_min = 0.2\ndelay_max = 0.5\npause_min = 0.1\npause_random = 1.0\n";
  EXPECT_EQ(found_in("[task]\n" + times, {1, 1, 0}).size(), 5u);
  EXPECT_TRUE(found_in("[task]\nname = \"ready-set-go\"\n" + times, {2, 1, 1}).empty());
}

TEST(Effects, KeysOfBasesNeedABasis) {
  const std::string keys = "[learning]\nmax_rank = 7\nrank_tolerance = 0.1\n";
  EXPECT_EQ(found_in(keys, {}).size(), 2u);
  EXPECT_TRUE(found_in(keys + "features = \"low-rank\"\n", {}).empty());
  EXPECT_TRUE(found_in(keys + "target_modes = 5\n", {}).empty());
}

TEST(Effects, MixedPrecisionNeedsADenseInverseCorrelationMatrix) {
  const std::string mixed = "[learning]\nprecision = \"mixed\"\n";
  EXPECT_TRUE(found_in(mixed, {}).empty());
  EXPECT_TRUE(found_in(mixed + "target_modes = 5\n", {}).empty());
  EXPECT_TRUE(found_in("[learning]\nprecision = \"single\"\nfeatures = \"low-rank\"\n", {}).empty());
  const auto found = found_in(mixed + "features = \"low-rank\"\n", {});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0],
            "learning.precision = \"mixed\" has the same effect as \"single\" with learning.features = \"low-rank\", "
            "where the inverse correlation matrix is always in double precision");
}

TEST(Effects, NothingThatShapesLearningCountsWhereNothingIsLearned) {
  const std::string keys = "[learning]\nalpha = 2.0\npanel = 3\n";
  EXPECT_TRUE(found_in(keys, {}).empty());
  EXPECT_EQ(found_in(keys + "update_probability = 0.0\n", {}).size(), 2u);
  EXPECT_EQ(found_in(keys + "[run]\ntrain_trials = 0\n", {}).size(), 2u);
}

TEST(Effects, ABasisOfRatesStaysEmptyWhereNothingIsLearned) {
  const std::string keys = "[learning]\nmax_rank = 7\nrank_tolerance = 0.1\n";
  const std::string nothing = "[run]\ntrain_trials = 0\n";
  EXPECT_EQ(found_in(keys + "features = \"low-rank\"\n" + nothing, {}).size(), 2u);
  EXPECT_EQ(found_in(keys + "features = \"low-rank\"\nupdate_probability = 0.0\n", {}).size(), 2u);
  EXPECT_EQ(found_in(keys + nothing, {}).size(), 2u) << "each key is named once";
}

TEST(Effects, TargetModesAreFoundWhereNothingIsLearned) {
  const std::string keys = "[learning]\nmax_rank = 7\nrank_tolerance = 0.1\ntarget_modes = 5\n";
  EXPECT_TRUE(found_in(keys + "[run]\ntrain_trials = 0\n", {}).empty());
}

TEST(Effects, NetworksHaveAPrecisionAlsoWhereNothingIsLearned) {
  EXPECT_TRUE(found_in("[learning]\nprecision = \"single\"\n[run]\ntrain_trials = 0\n", {}).empty());
}

TEST(Effects, GroupsNeedSparseFeaturesAndFullForce) {
  const std::string groups =
      "[network]\nstatic_in_degree = 9\n[learning]\nplastic_in_degree = 50\ngroup = 3\npartners = \"p.h5\"\n";
  EXPECT_EQ(found_in(groups, {0, 1, 0}).size(), 4u);
  EXPECT_TRUE(found_in(groups + "features = \"sparse\"\n", {0, 1, 0}).empty());
  const auto found = found_in(groups + "features = \"sparse\"\nrule = \"force\"\n", {0, 1, 0});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0],
            "learning.plastic_in_degree = 50 has no effect with learning.rule = \"force\", which learns the readout "
            "alone");
  EXPECT_EQ(found_in("[learning]\nreadout_inputs = 20\n", {0, 1, 0}).size(), 1u);
  EXPECT_EQ(found_in("[network]\nstatic_gain = 0.5\n[learning]\nfeatures = \"sparse\"\n", {0, 1, 0}).size(), 1u);
  EXPECT_EQ(
      found_in("[run]\nstart_from = \"n.h5\"\n[learning]\nfeatures = \"sparse\"\npartners = \"p.h5\"\n", {0, 1, 0}),
      std::vector<std::string>{
          "learning.partners = \"p.h5\" has no effect with run.start_from, whose partners are taken"});
}

TEST(Effects, SignsNeedWeightsThatHaveThem) {
  const std::string some = "[network]\nexcitatory_fraction = 0.5\n";
  EXPECT_EQ(found_in(some, {0, 1, 0}).size(), 1u);
  EXPECT_TRUE(found_in(some + "target_signs = \"dale\"\n", {0, 1, 0}).empty());
  const std::string learned = "[learning]\nfeatures = \"sparse\"\nsigns = \"dale\"\nclass_penalty = 0.1\n";
  EXPECT_TRUE(found_in(some + learned, {0, 1, 0}).empty());
  EXPECT_EQ(found_in(learned + "rule = \"force\"\n", {0, 1, 0}).size(), 2u);
  EXPECT_EQ(found_in("[learning]\nclass_penalty = 0.1\n", {0, 1, 0}).size(), 1u);
  EXPECT_EQ(found_in("[run]\nstart_from = \"n.h5\"\n[network]\ntarget_signs = \"dale\"\n", {0, 1, 0}),
            std::vector<std::string>{
                "network.target_signs = \"dale\" has no effect with run.start_from, whose J_D is taken"});
}

TEST(Effects, TheShareOfPlasticNeuronsNeedsFullForceAndAGenerator) {
  const std::string some = "[learning]\nplastic_fraction = 0.5\n";
  EXPECT_TRUE(found_in(some, {0, 1, 0}).empty());
  EXPECT_EQ(found_in(some + "rule = \"force\"\nfeatures = \"low-rank\"\n", {0, 1, 0}),
            std::vector<std::string>{"learning.plastic_fraction = 0.5 has no effect with learning.rule = \"force\", "
                                     "which learns the readout alone"});
  const std::string task = "[task]\nname = \"file\"\nfile = \"t.h5\"\ntarget = \"currents\"\n";
  EXPECT_EQ(found_in(task + some, {0, 1, 0}),
            std::vector<std::string>{"learning.plastic_fraction = 0.5 has no effect with targets of neurons from a "
                                     "file, which says which neurons learn"});
}

TEST(Effects, ForgettingNeedsLearning) {
  EXPECT_TRUE(found_in("[learning]\nforgetting = 0.99\n", {0, 1, 0}).empty());
  EXPECT_EQ(found_in("[run]\ntrain_trials = 0\n[learning]\nforgetting = 0.99\n", {0, 1, 0}).size(), 1u);
}

}  // namespace fullforce

#include "start_weights.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "fullforce/base/check.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/run/session.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

/// Writes a network of 24 neurons after so many steps, with P or without. Configurations that are to start from it
/// begin with its own keys.
class StartWeights : public testing::Test {
 protected:
  void write(const std::vector<std::string>& own = {}, bool with_P = true, Index steps = 0) {
    own_ = own;
    const Config config = parse_config(text, "test", own);
    const std::unique_ptr<Task> task = make_task(config.task, config.network.dt, config.run.seed);
    Session<double> session(comm_, *task, {config.network, config.learning, 1, config.run.seed}, with_P);
    session.start_training(training_schedule(config.run), config.run.seed);
    for (Index k = 0; k < steps; ++k) session.simulation().step();
    session.save(path(), {dump_config(config), "{}", {"file", ""}, learned_}, true);
  }

  std::string path() const { return (folder_ / "network.h5").string(); }

  Config config(std::vector<std::string> settings) const {
    settings.insert(settings.begin(), own_.begin(), own_.end());
    settings.insert(settings.begin(), "run.start_from=" + path());
    return parse_config(text, "test", settings);
  }

  /// What is wrong with the network for a configuration in which some keys differ from those of the network.
  std::string message(const std::vector<std::string>& settings, const Channels& channels = {1, 1, 0}) const {
    const Config wanted = config(settings);
    return message_of<InputError>([&] { check_start_weights(comm_, wanted, channels); });
  }

  const Communicator comm_ = Communicator::world();
  const std::vector<std::int64_t> learned_{-7, 3};  ///< fingerprints of trials

 private:
  static constexpr const char* text = "[run]\ninit_trials = 0\n[network]\nneurons = 24\ndt = 0.01\n";
  TemporaryFolder folder_{comm_};
  std::vector<std::string> own_;
};

TEST_F(StartWeights, WithoutAFileThereIsNothingToSay) {
  EXPECT_EQ(check_start_weights(comm_, config({"run.start_from=\"\""}), {1, 1, 0}).source, "");
}

TEST_F(StartWeights, TheSourceIsThePathAndTheSeal) {
  write();
  const auto weights = check_start_weights(comm_, config({}), {1, 1, 0});
  EXPECT_TRUE(says(weights.source, path()));
  EXPECT_TRUE(says(weights.source, seal_of(path())));
  EXPECT_EQ(weights.learned_trials, learned_);
  EXPECT_EQ(seal_of(path()).size(), 16u);
}

TEST_F(StartWeights, WeightsOfAnotherKindAreRefusedWithBothValues) {
  write();
  const std::pair<const char*, const char*> cases[] = {
      {"network.neurons=20", "network.neurons = 24 in the file, 20 now"},
      {"network.in_degree=3", "network.in_degree = 0 in the file, 3 now"},
      {"learning.rule=force", "learning.rule = \"full-force\" in the file, \"force\" now"},
      {"learning.features=low-rank", "learning.features = \"dense\" in the file, \"low-rank\" now"},
      {"learning.precision=single", "learning.precision = \"double\" in the file, \"single\" now"}};
  for (const auto& [setting, said] : cases)
    EXPECT_EQ(message({setting}),
              "run.start_from: " + path() + " has weights of another kind than this configuration:\n  " + said);
  EXPECT_TRUE(
      says(message({"learning.target_modes=5", "run.init_trials=1"}), "learning.target_modes = 0 in the file, 5 now"));
  EXPECT_EQ(message({"network.gain=2.0", "run.seed=9", "network.noise=0.1", "run.streams=3"}), "nothing was thrown");
}

TEST_F(StartWeights, OtherChannelsAreCounted) {
  write();
  EXPECT_TRUE(says(message({}, {2, 1, 0}), "has 1 input(s), and the task has 2"));
  EXPECT_TRUE(says(message({}, {1, 3, 0}), "has 1 output(s), and the task has 3"));
  EXPECT_TRUE(says(message({}, {1, 1, 1}), "has 0 hint(s), and the task has 1"));
}

TEST_F(StartWeights, PIsKeptOnlyWithItsOwnAlpha) {
  write();
  EXPECT_EQ(message({"run.keep_P=true"}), "nothing was thrown");
  EXPECT_EQ(message({"learning.alpha=2.0"}), "nothing was thrown");
  EXPECT_TRUE(says(message({"learning.alpha=2.0", "run.keep_P=true"}), "learning.alpha = 1.0 in the file, 2.0 now"));
}

TEST_F(StartWeights, PIsKeptOnlyForTheSameGroups) {
  write({"learning.features=sparse", "learning.group=5", "learning.plastic_fraction=0.5"});
  EXPECT_EQ(message({"learning.plastic_fraction=1"}), "nothing was thrown");
  EXPECT_EQ(message({"run.keep_P=true"}), "nothing was thrown");
  EXPECT_EQ(message({"run.keep_P=true", "learning.plastic_fraction=0.6"}), "nothing was thrown") << "3 groups, too";
  EXPECT_TRUE(says(message({"run.keep_P=true", "learning.plastic_fraction=1"}),
                   "has a P of 3 group(s) of neurons, and 5 learn(s) now"));
}

TEST_F(StartWeights, PIsKeptOnlyUnderTheSameLaw) {
  write({"learning.features=sparse", "learning.signs=dale"});
  EXPECT_EQ(message({"run.keep_P=true"}), "nothing was thrown");
  EXPECT_EQ(message({"learning.signs=free"}), "nothing was thrown") << "P begins anew";
  EXPECT_TRUE(
      says(message({"run.keep_P=true", "learning.signs=free"}), "learning.signs = \"dale\" in the file, \"free\" now"));
  EXPECT_TRUE(says(message({"run.keep_P=true", "learning.class_penalty=0.1"}),
                   "learning.class_penalty = 0.0 in the file, 0.1 now"));
  EXPECT_TRUE(says(message({"run.keep_P=true", "network.excitatory_fraction=0.5"}),
                   "network.excitatory_fraction = 0.8 in the file, 0.5 now"));
}

TEST_F(StartWeights, PIsKeptOnlyWhereTheFileHasIt) {
  write({}, false);
  EXPECT_EQ(message({}), "nothing was thrown");
  EXPECT_EQ(message({"run.keep_P=true"}),
            "run.start_from: run.keep_P = true, but " + path() +
                " holds no inverse correlation matrix P (use run.keep_P = false, or a file that training wrote)");
}

TEST_F(StartWeights, ABasisNeedsRoom) {
  write({"learning.features=low-rank", "learning.panel=1"}, true, 60);
  EXPECT_EQ(message({}), "nothing was thrown");
  EXPECT_TRUE(says(message({"learning.max_rank=2"}), "directions, which learning.max_rank = 2 has no room for"));
}

TEST_F(StartWeights, PendingUpdatesNeedRoom) {
  write({"learning.panel=1000"}, true, 60);
  EXPECT_EQ(message({}), "nothing was thrown");
  EXPECT_TRUE(says(message({"learning.panel=3"}), "pending updates, which learning.panel = 3 has no room for"));
}

TEST_F(StartWeights, AFileThatIsMissingOrDamagedIsNamed) {
  EXPECT_TRUE(says(message({}), "run.start_from: "));
  EXPECT_TRUE(says(message({}), path()));
  write();
  if (comm_.is_root()) {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path()) / 2));
    file.put('\x5a');
  }
  comm_.barrier();
  EXPECT_TRUE(says(message({}), "run.start_from: " + path()));
}

}  // namespace
}  // namespace fullforce

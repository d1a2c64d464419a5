#include "run_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

constexpr Index steps_of_trial = 200;

/// The configuration of a run with so many trials. Every trial leaves a checkpoint.
std::string config_text(Index trials) {
  return fmt::format(
      "[run]\ninit_trials = 0\ntrain_trials = {}\ntest_trials = 1\n"
      "[network]\nneurons = 24\ndt = 0.01\n"
      "[checkpoint]\nevery_minutes = 0.0\nevery_trials = 1\nkeep = 9\n",
      trials);
}

/// Two runs of the program, which are made once and copied for each test. One is a finished run of three trials. The
/// other is a run of five trials that was stopped in its third.
class RunFolder : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    comm_ = std::make_unique<Communicator>(Communicator::world());
    folder_ = std::make_unique<TemporaryFolder>(*comm_);
    train("finished", 3, {});
    train("stopped", 5, 2 * steps_of_trial + 50);
  }
  static void TearDownTestSuite() {
    folder_.reset();
    comm_.reset();
  }

  /// Makes a copy of one of the runs in a folder of the test's own.
  static fs::path copy_of(const std::string& name) {
    const fs::path copy = path(testing::UnitTest::GetInstance()->current_test_info()->name()) / name;
    on_root([&] {
      fs::create_directories(copy.parent_path());
      fs::copy(path(name), copy);
    });
    return copy;
  }

  static Config config(const fs::path& output, Index trials, const std::vector<std::string>& settings = {}) {
    Config config = parse_config(config_text(trials), "test", settings);
    config.run.output = output.string();
    return config;
  }

  static RunStart start(const fs::path& output, Index trials, const std::string& restart = "auto",
                        const std::vector<std::string>& settings = {}) {
    return find_start(*comm_, config(output, trials, settings), {}, restart);
  }

  /// Returns what is wrong with the input, as find_start says it.
  static std::string refusal(const fs::path& output, Index trials, const std::string& restart = "auto",
                             const std::vector<std::string>& settings = {}) {
    return message_of<InputError>([&] { start(output, trials, restart, settings); });
  }

  /// Only the first rank changes files. The other ranks wait.
  template <class Work>
  static void on_root(const Work& work) {
    agree(*comm_, [&] {
      if (comm_->is_root()) work();
    });
    comm_->barrier();
  }

  static void remove(const fs::path& file) {
    on_root([&] { fs::remove(file); });
  }
  static void write(const fs::path& file, const std::string& text) {
    on_root([&] { std::ofstream(file) << text; });
  }
  static void cut(const fs::path& file) {
    on_root([&] { fs::resize_file(file, fs::file_size(file) / 2); });
  }
  static void keep_checkpoint(const fs::path& folder, Index step) {
    on_root([&] {
      for (const fs::path& file : list_checkpoints(folder))
        if (checkpoint_step(file) != step) fs::remove(file);
    });
  }

  static fs::path path(const std::string& name) { return *folder_ / name; }
  static fs::path checkpoint(const fs::path& folder, Index step) { return folder / checkpoint_name(step); }
  static const Communicator& comm() { return *comm_; }

 private:
  static void train(const std::string& name, Index trials, std::optional<Index> max_steps) {
    write(path(name + ".toml"), config_text(trials));
    TrainArguments arguments;
    arguments.config = path(name + ".toml").string();
    arguments.output = path(name).string();
    arguments.max_steps = max_steps;
    arguments.quiet = true;
    train_command(*comm_, arguments);
    comm_->barrier();
  }

  static std::unique_ptr<Communicator> comm_;
  static std::unique_ptr<TemporaryFolder> folder_;
};

std::unique_ptr<Communicator> RunFolder::comm_;
std::unique_ptr<TemporaryFolder> RunFolder::folder_;

std::string name_of(const RunStart& start) { return start.from ? start.from->filename().string() : "nothing"; }

std::string only_warning(const RunStart& start) {
  return start.warnings.size() == 1 ? start.warnings[0] : fmt::format("{} warnings", start.warnings.size());
}

TEST_F(RunFolder, WithoutFilesARunStartsAnew) {
  for (const char* restart : {"auto", "never"}) {
    const RunStart found = start(path("missing"), 3, restart);
    EXPECT_EQ(name_of(found), "nothing") << restart;
    EXPECT_FALSE(found.finished || found.trained) << restart;
  }
  EXPECT_FALSE(fs::exists(path("missing"))) << "looking writes nothing";
}

TEST_F(RunFolder, FilesOfOthersAreNoReasonNotToStart) {
  const fs::path folder = copy_of("finished");
  on_root([&] {
    for (const auto& file : fs::directory_iterator(folder)) fs::remove_all(file);
    std::ofstream(folder / "notes.txt") << "mine";
    std::ofstream(folder / "checkpoint-old.h5") << "no checkpoint of ours";
  });
  EXPECT_EQ(name_of(start(folder, 3)), "nothing");
  EXPECT_TRUE(says(refusal(folder, 3, "never"), "is not empty"));
}

TEST_F(RunFolder, AFinishedRunHasNothingLeftToDo) {
  const fs::path folder = copy_of("finished");
  const RunStart found = start(folder, 3);
  EXPECT_TRUE(found.finished);
  EXPECT_TRUE(found.warnings.empty());
}

TEST_F(RunFolder, WithoutItsSummaryATrainedRunIsOnlyTested) {
  const fs::path folder = copy_of("finished");
  remove(folder / "summary.json");
  const RunStart found = start(folder, 3);
  EXPECT_FALSE(found.finished);
  EXPECT_TRUE(found.trained);
}

TEST_F(RunFolder, AStoppedRunGoesOnFromItsFurthestCheckpoint) {
  const fs::path folder = copy_of("stopped");
  const RunStart found = start(folder, 5);
  EXPECT_EQ(name_of(found), checkpoint_name(2 * steps_of_trial + 50));
  EXPECT_FALSE(found.finished || found.trained);
  EXPECT_TRUE(found.warnings.empty() && found.damaged.empty());
}

TEST_F(RunFolder, WithMoreTrialsAnExactCheckpointComesBeforeTheNetwork) {
  const fs::path folder = copy_of("finished");
  keep_checkpoint(folder, steps_of_trial);
  const RunStart found = start(folder, 4);
  EXPECT_EQ(name_of(found), checkpoint_name(steps_of_trial)) << "though the network is two trials further";
  EXPECT_FALSE(found.finished || found.trained);
  EXPECT_TRUE(found.warnings.empty());
}

TEST_F(RunFolder, WithMoreTrialsTheNetworkIsTakenWithAWarningWhereNothingIsExact) {
  const fs::path folder = copy_of("finished");
  keep_checkpoint(folder, -1);
  const RunStart found = start(folder, 4);
  EXPECT_EQ(name_of(found), "network.h5");
  EXPECT_FALSE(found.trained);
  EXPECT_TRUE(says(only_warning(found), "bit for bit"));
}

TEST_F(RunFolder, DamagedCheckpointsArePassedOverAndPutAside) {
  const fs::path folder = copy_of("stopped");
  const fs::path furthest = checkpoint(folder, 2 * steps_of_trial + 50);
  cut(furthest);
  const RunStart found = start(folder, 5);
  EXPECT_EQ(name_of(found), checkpoint_name(2 * steps_of_trial));
  EXPECT_EQ(found.damaged, std::vector<fs::path>{furthest});
  EXPECT_TRUE(says(only_warning(found), "passed over: "));
  EXPECT_TRUE(fs::exists(furthest)) << "looking changes nothing";

  comm().barrier();
  write(folder / "checkpoint-7.h5.unfinished-elsewhere-1-0.part", "unfinished");
  tidy_folder(comm(), folder, found, true);
  comm().barrier();
  EXPECT_FALSE(fs::exists(furthest));
  EXPECT_TRUE(fs::exists(furthest.string() + ".damaged"));
  EXPECT_FALSE(fs::exists(folder / "checkpoint-7.h5.unfinished-elsewhere-1-0.part"));
}

/// Makes a file of a later version of the format.
void write_newer(const Communicator& comm, const fs::path& file) {
  Archive archive = Archive::create(comm, file);
  std::string kind = format::kind::network;
  Index version = format::version::network + 1;
  archive.attribute(format::root::group, format::root::format, kind);
  archive.attribute(format::root::group, format::root::format_version, version);
  archive.close();
}

TEST_F(RunFolder, FilesThatMayBeGoodAreNotPassedOver) {
  const fs::path folder = copy_of("stopped");
  const fs::path furthest = checkpoint(folder, 2 * steps_of_trial + 50);
  write_newer(comm(), furthest);
  EXPECT_TRUE(says(refusal(folder, 5), "use a newer fullforce to read the file"));
  remove(furthest);
  on_root([&] { fs::create_symlink("elsewhere.h5", furthest); });
  EXPECT_TRUE(says(refusal(folder, 5), "the link leads to elsewhere.h5, which is not there"));
  remove(furthest);
  on_root([&] { fs::create_directory(furthest); });
  EXPECT_TRUE(says(refusal(folder, 5), "is a folder"));
  remove(furthest);
  EXPECT_EQ(name_of(start(folder, 5)), checkpoint_name(2 * steps_of_trial));
}

TEST_F(RunFolder, WhereNothingIsWholeNothingIsDone) {
  const fs::path folder = copy_of("stopped");
  for (const Index step : {steps_of_trial, 2 * steps_of_trial, 2 * steps_of_trial + 50}) cut(checkpoint(folder, step));
  EXPECT_TRUE(says(message_of<RunError>([&] { start(folder, 5); }), "nothing whole to go on from"));
  EXPECT_EQ(list_checkpoints(folder).size(), 3U);
}

TEST_F(RunFolder, ANetworkOfSomethingElseIsNotWrittenOver) {
  const fs::path folder = copy_of("finished");
  keep_checkpoint(folder, -1);
  write(folder / "network.h5", "hello");
  EXPECT_TRUE(says(message_of<RunError>([&] { start(folder, 3); }), "network.h5"));
}

TEST_F(RunFolder, FoldersInTheWayAreSeenBeforehand) {
  const fs::path folder = copy_of("stopped");
  on_root([&] { fs::create_directory(folder / "network.h5"); });
  EXPECT_TRUE(says(refusal(folder, 5), "network.h5 is a folder"));
  on_root([&] {
    fs::remove(folder / "network.h5");
    fs::create_symlink("/dev/null", folder / "summary.json");
  });
  EXPECT_TRUE(says(refusal(folder, 5), "summary.json is a device"));
}

TEST_F(RunFolder, ALinkToAFolderIsFollowed) {
  on_root([&] {
    fs::create_directory_symlink("later", path("link"));
    fs::create_directory_symlink("circle", path("circle"));
  });
  prepare_folder(comm(), path("link"));
  EXPECT_TRUE(fs::is_directory(path("later")));
  EXPECT_TRUE(says(message_of<InputError>([&] { prepare_folder(comm(), path("circle")); }), "in a circle"));
}

TEST_F(RunFolder, FewerTrialsAreRefused) {
  const fs::path folder = copy_of("stopped");
  EXPECT_TRUE(says(refusal(folder, 4), "run.train_trials = 4 is fewer than the 5"));
}

TEST_F(RunFolder, AnotherConfigurationIsRefusedByTheNamesOfItsKeys) {
  const fs::path folder = copy_of("stopped");
  const std::string said = refusal(folder, 5, "auto", {"network.gain=1.25", "learning.alpha=2.0"});
  EXPECT_TRUE(says(said, "network.gain = 1.5 in the file, 1.25 now"));
  EXPECT_TRUE(says(said, "learning.alpha = 1.0 in the file, 2.0 now"));
  EXPECT_EQ(said.find("run.output"), std::string::npos) << said;
}

TEST_F(RunFolder, WhatDoesNotChangeTheNumbersMayChange) {
  const fs::path folder = copy_of("stopped");
  const RunStart found = start(folder, 7, "auto", {"checkpoint.keep=1", "run.test_trials=3"});
  EXPECT_EQ(name_of(found), checkpoint_name(2 * steps_of_trial + 50));
  EXPECT_TRUE(found.warnings.empty()) << "more trials of a run that is under way are no other run";
}

TEST_F(RunFolder, NeverMeetsNoUsedFolder) {
  const fs::path folder = copy_of("stopped");
  EXPECT_TRUE(says(refusal(folder, 5, "never"), "is not empty"));
}

TEST_F(RunFolder, AFileOfTheSameRunMayBeNamed) {
  const fs::path from = checkpoint(copy_of("stopped"), steps_of_trial);
  const RunStart found = start(path("elsewhere"), 5, from.string());
  EXPECT_EQ(found.from, std::optional(from));
  EXPECT_FALSE(found.finished || found.trained);
  EXPECT_FALSE(fs::exists(path("elsewhere")));
}

TEST_F(RunFolder, TheNetworkOfAnotherFolderIsTakenOverAndNotOnlyTested) {
  const fs::path from = copy_of("finished") / "network.h5";
  EXPECT_FALSE(start(path("elsewhere"), 3, from.string()).trained);
  EXPECT_TRUE(start(from.parent_path(), 3, from.string()).trained);
}

TEST_F(RunFolder, AFileThatIsNamedMustBeWholeAndOfTheRun) {
  const fs::path folder = copy_of("stopped");
  const fs::path from = checkpoint(folder, steps_of_trial);
  EXPECT_TRUE(says(refusal(path("elsewhere"), 5, from.string(), {"run.seed=9"}), "run.seed = 1 in the file, 9 now"));
  EXPECT_TRUE(says(refusal(path("elsewhere"), 5, (folder / "none.h5").string()), "none.h5"));
  EXPECT_TRUE(says(refusal(path("elsewhere"), 5, folder.string()), "is a folder"));
  comm().barrier();
  cut(from);
  EXPECT_TRUE(says(refusal(path("elsewhere"), 5, from.string()), from.string()));
}

TEST_F(RunFolder, WhatIsFurtherOnStandsInTheWayOfAnEarlierCheckpoint) {
  const fs::path folder = copy_of("stopped");
  EXPECT_TRUE(says(refusal(folder, 5, checkpoint(folder, steps_of_trial).string()), "is further on"));
  comm().barrier();
  keep_checkpoint(folder, steps_of_trial);
  EXPECT_EQ(name_of(start(folder, 5, checkpoint(folder, steps_of_trial).string())), checkpoint_name(steps_of_trial));
}

TEST_F(RunFolder, TheNetworkComesFirstAmongItsFiles) {
  const fs::path folder = copy_of("finished");
  const std::vector<fs::path> files = network_files(comm(), folder);
  ASSERT_GE(files.size(), 3U);  // the files are the same on every rank
  EXPECT_EQ(files[0].filename(), "network.h5");
  EXPECT_TRUE(std::is_sorted(files.begin() + 1, files.end(), [](const fs::path& a, const fs::path& b) {
    return checkpoint_step(a) > checkpoint_step(b);
  }));
}

TEST_F(RunFolder, IsMadeWithTheFoldersThatLeadToIt) {
  prepare_folder(comm(), path("made/on/the/way"));
  comm().barrier();
  EXPECT_TRUE(fs::is_directory(path("made/on/the/way")));
  EXPECT_TRUE(says(message_of<InputError>([&] { prepare_folder(comm(), path("stopped.toml")); }), "is a file"));
}

}  // namespace
}  // namespace fullforce

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "fullforce/base/check.hpp"
#include "fullforce/io/trials_file.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {
namespace {

/// Trial i has i + 1 samples. Sample k has the inputs 100 i + k and its negative, and the target 100 i + k + 0.5.
TrialsData numbered_trials(Index count) {
  TrialsData data;
  data.n_in = 2;
  data.n_out = 1;
  for (Index i = 0; i < count; ++i) {
    data.lengths.push_back(i + 1);
    for (Index k = 0; k <= i; ++k) {
      const auto value = static_cast<double>(100 * i + k);
      data.inputs.insert(data.inputs.end(), {value, -value});
      data.targets.push_back(value + 0.5);
    }
  }
  return data;
}

class FileTaskTest : public testing::Test {
 protected:
  FileTaskTest() {
    std::string name = (std::filesystem::temp_directory_path() / "fullforce-XXXXXX").string();
    if (::mkdtemp(name.data())) folder_ = name;
  }
  ~FileTaskTest() override {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  std::unique_ptr<Task> task_of(Index count, std::uint64_t seed = 1, double dt = 0.001) {
    write_trials(path(), numbered_trials(count));
    return open(seed, dt);
  }
  std::unique_ptr<Task> open(std::uint64_t seed, double dt) {
    TaskOptions options;
    options.name = "file";
    options.file = path().string();
    return make_task(options, dt, seed);
  }
  std::filesystem::path path() const { return folder_ / "trials.h5"; }

  /// Returns which trials of the file have the numbers first, first + 1, ...
  static std::vector<Index> order(const Task& task, TrialKind kind, std::uint64_t first, std::uint64_t count) {
    std::vector<Index> rows;
    Trial trial;
    for (std::uint64_t number = first; number < first + count; ++number) {
      task.make({kind, number}, trial);
      rows.push_back(trial.length - 1);
    }
    return rows;
  }

 private:
  std::filesystem::path folder_;
};

std::vector<Index> in_file_order(Index count) {
  std::vector<Index> rows(as_size(count));
  std::iota(rows.begin(), rows.end(), Index{0});
  return rows;
}

std::vector<Index> sorted(std::vector<Index> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST_F(FileTaskTest, HandsOutTheSamplesOfTheFile) {
  const auto task = task_of(4);
  EXPECT_EQ(task->inputs(), 2);
  EXPECT_EQ(task->outputs(), 1);
  EXPECT_EQ(task->hints(), 0);
  EXPECT_FALSE(task->fixed());
  Trial trial;
  task->make({TrialKind::test, 3}, trial);
  task->make({TrialKind::test, 2}, trial);
  EXPECT_EQ(trial.length, 3);
  EXPECT_EQ(trial.inputs, (std::vector<double>{200, -200, 201, -201, 202, -202}));
  EXPECT_EQ(trial.targets, (std::vector<double>{200.5, 201.5, 202.5}));
  EXPECT_TRUE(trial.hints.empty());
}

TEST_F(FileTaskTest, TestsInFileOrderOverAndOver) {
  const auto task = task_of(5);
  EXPECT_EQ(order(*task, TrialKind::test, 0, 5), in_file_order(5));
  EXPECT_EQ(order(*task, TrialKind::test, 5, 5), in_file_order(5));
}

TEST_F(FileTaskTest, EveryEpochIsAnotherPermutation) {
  const auto task = task_of(20);
  for (const TrialKind kind : {TrialKind::init, TrialKind::training, TrialKind::test_init}) {
    std::set<std::vector<Index>> orders;
    for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
      const auto rows = order(*task, kind, 20 * epoch, 20);
      EXPECT_EQ(sorted(rows), in_file_order(20));
      EXPECT_NE(rows, in_file_order(20));
      orders.insert(rows);
    }
    EXPECT_EQ(orders.size(), 5U);
  }
}

TEST_F(FileTaskTest, OrderDependsOnSeedAndKind) {
  const auto task = task_of(20);
  const auto training = order(*task, TrialKind::training, 0, 20);
  EXPECT_NE(order(*task, TrialKind::init, 0, 20), training);
  EXPECT_NE(order(*task, TrialKind::test_init, 0, 20), training);
  EXPECT_NE(order(*open(2, 0.001), TrialKind::training, 0, 20), training);
  EXPECT_EQ(order(*open(1, 0.001), TrialKind::training, 0, 20), training);
}

/// Streams ask across epochs and kinds in any order, and a restart asks for a number out of the blue.
TEST_F(FileTaskTest, TrialDoesNotDependOnWhatWasAskedBefore) {
  const auto task = task_of(7);
  const auto expected = order(*task, TrialKind::training, 0, 21);
  Trial trial;
  for (const std::uint64_t number : {20U, 0U, 13U, 7U, 6U, 14U, 1U}) {
    task->make({TrialKind::init, number}, trial);
    task->make({TrialKind::training, number}, trial);
    EXPECT_EQ(trial.length - 1, expected[number]);
    EXPECT_EQ(order(*open(1, 0.001), TrialKind::training, number, 1).front(), expected[number]);
  }
}

TEST_F(FileTaskTest, SingleTrialIsFixed) {
  const auto task = task_of(1);
  EXPECT_TRUE(task->fixed());
  EXPECT_EQ(order(*task, TrialKind::training, 0, 3), (std::vector<Index>{0, 0, 0}));
}

TEST_F(FileTaskTest, RefusesAnotherTimeStepAndNamesBoth) {
  EXPECT_NO_THROW(task_of(2, 1, 0.001 * (1 + 1e-12)));
  try {
    open(1, 0.002);
    FAIL() << "nothing was thrown";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("0.001"), std::string::npos) << text;
    EXPECT_NE(text.find("0.002"), std::string::npos) << text;
    EXPECT_NE(text.find("trials.h5"), std::string::npos) << text;
  }
}

TEST_F(FileTaskTest, RefusesAMissingFile) { EXPECT_THROW(open(1, 0.001), InputError); }

TEST_F(FileTaskTest, HandsOutMasksConditionsAndNames) {
  TrialsData data = numbered_trials(3);
  data.has_masks = true;
  data.masks = {1, 0, 1, 1, 1, 0};
  data.conditions = {"left", "", "right"};
  data.names = {{"go", "stop"}, {"arm"}, {}};
  write_trials(path(), data);
  const auto task = open(1, 0.001);
  Trial trial;
  EXPECT_EQ(task->view({TrialKind::test, 1}, trial).masks.size(), 2U);
  task->make({TrialKind::test, 2}, trial);
  EXPECT_EQ(trial.masks, (std::vector<std::uint8_t>{1, 1, 0}));
  EXPECT_EQ(task->label({TrialKind::test, 5}).trial, 2);
  EXPECT_EQ(task->label({TrialKind::test, 5}).condition, "right");
  EXPECT_EQ(task->output_names(), std::vector<std::string>{"arm"});
  const auto rows = order(*task, TrialKind::training, 0, 3);
  for (std::uint64_t k = 0; k < 3; ++k) EXPECT_EQ(task->label({TrialKind::training, k}).trial, rows[k]);
}

TEST_F(FileTaskTest, NamesOutputsAndTrialsThatHaveNoNames) {
  const auto task = task_of(2);
  Trial trial;
  EXPECT_TRUE(task->view({TrialKind::test, 1}, trial).masks.empty());
  EXPECT_EQ(task->output_names(), std::vector<std::string>{"output 0"});
  EXPECT_EQ(task->label({TrialKind::test, 1}).condition, "");
  EXPECT_EQ(&task->for_tests(), task.get());
}

TEST_F(FileTaskTest, TestsOnTrialsOfTheirOwn) {
  write_trials(path(), numbered_trials(3));
  TaskOptions options;
  options.name = "file";
  options.file = options.test_file = path().string();
  write_trials(path().string() + ".test", numbered_trials(2));
  options.test_file += ".test";
  const auto task = make_task(options, 0.001, 1);
  EXPECT_EQ(order(task->for_tests(), TrialKind::test, 0, 3), (std::vector<Index>{0, 1, 0}));
  EXPECT_EQ(sorted(order(*task, TrialKind::training, 0, 3)), in_file_order(3));
  EXPECT_EQ(fingerprints(*task).learned, fingerprint(numbered_trials(3)));
  EXPECT_EQ(fingerprints(*task).tested, fingerprint(numbered_trials(2)));
  const MemoryNeed both = task->memory(), tests = task->for_tests().memory();
  EXPECT_EQ(both.node, (6 + 3) * 3 * 8);
  EXPECT_EQ(tests.node, 3 * 3 * 8);
  TrialsData wide = numbered_trials(2);
  wide.n_out = 2;
  wide.targets.resize(2 * wide.targets.size());
  write_trials(options.test_file, wide);
  EXPECT_THROW(make_task(options, 0.001, 1), InputError);
}

TEST_F(FileTaskTest, KnowsATrialByItsSignals) {
  const auto task = task_of(3);
  Trial trial;
  for (std::uint64_t row = 0; row < 3; ++row) {
    const TrialId id{TrialKind::test, row};
    task->make(id, trial);
    EXPECT_EQ(task->trial_fingerprint(id), trial_fingerprint(trial.inputs, trial.targets));
  }
}

TEST_F(FileTaskTest, ReadsTheFileOnce) {
  const auto task = task_of(3);
  std::filesystem::remove(path());
  EXPECT_EQ(order(*task, TrialKind::test, 0, 3), in_file_order(3));
}

}  // namespace
}  // namespace fullforce

#include "fullforce/run/checkpoints.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "fullforce/base/check.hpp"
#include "fullforce/run/metrics.hpp"
#include "unit/io/temporary_folder.hpp"

namespace fullforce {
namespace {

using test::TemporaryFolder;

void put(const std::filesystem::path& path, const std::string& text = "x") { std::ofstream(path) << text; }

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Index> steps_in(const std::filesystem::path& folder) {
  std::vector<Index> steps;
  for (const auto& path : list_checkpoints(folder)) steps.push_back(checkpoint_step(path));
  return steps;
}

TEST(Checkpoints, AreKnownByTheirNames) {
  EXPECT_EQ(checkpoint_step("a/checkpoint-120.h5"), 120);
  for (const char* name :
       {"checkpoint-.h5", "checkpoint-1a.h5", "checkpoint-12.h5.part", "checkpoint-12.h5.damaged", "network.h5"})
    EXPECT_EQ(checkpoint_step(name), -1) << name;
}

TEST(Checkpoints, LeftoversGoAndDamagedOnesAreKept) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  const std::string left = ".unfinished-elsewhere-1-0.part";
  const std::vector<std::string> others = {"mine.part", "network.h5.part", "checkpoint-11.h5.part", "mine" + left};
  for (const std::string name : {"checkpoint-9.h5", "checkpoint-10.h5"}) put(folder / name);
  for (const std::string name : {"checkpoint-11.h5", "network.h5"}) put(folder / (name + left));
  for (const std::string& name : others) put(folder / name);
  EXPECT_EQ(unfinished_files(folder / "").size(), 2U);
  remove_leftovers(folder / "", false);
  EXPECT_EQ(unfinished_files(folder / "").size(), 2U) << "another host's run may be at work";
  remove_leftovers(folder / "", true);
  put_aside(folder / "checkpoint-10.h5");
  EXPECT_EQ(put_aside_checkpoints(folder / ""),
            (std::vector<std::filesystem::path>{folder / "checkpoint-10.h5.damaged"}));
  EXPECT_TRUE(unfinished_files(folder / "").empty());
  EXPECT_EQ(steps_in(folder / ""), (std::vector<Index>{9}));
  EXPECT_TRUE(std::filesystem::exists(folder / "checkpoint-10.h5.damaged"));
  for (const std::string& name : others) EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
}

TEST(CheckpointWriter, KeepsTheNewestAndSurvivesFailure) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  Index calls = 0;
  bool full = false;
  CheckpointWriter writer(comm, folder / "", 2, [&](const std::filesystem::path& path) {
    ++calls;
    if (full) throw RunError("no space");
    if (comm.is_root()) put(path);
  });
  for (const Index step : {1, 2, 10, 10}) EXPECT_EQ(writer.write(step), "");
  EXPECT_EQ(calls, 3) << "a step is written once";
  full = true;
  EXPECT_EQ(writer.write(11), "no space");
  full = false;
  EXPECT_EQ(writer.write(11), "");
  EXPECT_EQ(writer.written(), 4);
  comm.barrier();
  EXPECT_EQ(steps_in(folder / ""), (std::vector<Index>{11, 10}));
}

TEST(CheckpointWriter, ThoseOfLaterStepsAreOfAShorterRunAndGoFirst) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  CheckpointWriter writer(comm, folder / "", 2, [&](const std::filesystem::path& path) {
    if (comm.is_root()) put(path);
  });
  if (comm.is_root())
    for (const char* name : {"checkpoint-20.h5", "checkpoint-28.h5", "checkpoint-29.h5"}) put(folder / name);
  EXPECT_EQ(writer.write(25), "");
  comm.barrier();
  EXPECT_EQ(steps_in(folder / ""), (std::vector<Index>{25, 20}));
}

const std::string older_header = "trial,step,seconds,error,length,stream,rank\n";
const std::string header = "trial,step,seconds,error,length,stream,rank,file_trial,condition\n";

TEST(Metrics, KeepsWholeLinesUpToTheStep) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  const std::string kept = header + "0,10,0.1,0.5,10,0,60,,\n1,20,0.2,0.25,10,0,60,,\n";
  put(folder / "m.csv", kept + "2,15,0.3,0.2\n2,30,0.3,0.2,10,0,60,,\n3,15");
  {
    Metrics metrics(true, folder / "m.csv", 20);
    EXPECT_EQ(metrics.last_error(), 0.25);
    EXPECT_EQ(text_of(folder / "m.csv"), kept);
    metrics.trial({2, 1, 10, 1.0, 8.0}, 30, 1.5, 60);
    metrics.sync();
    EXPECT_EQ(metrics.last_error(), 0.125);
  }
  EXPECT_EQ(text_of(folder / "m.csv"), kept + "2,30,1.500,0.125,10,1,60,,\n");
  Metrics(true, folder / "m.csv", 0);
  EXPECT_EQ(text_of(folder / "m.csv"), header) << "a new run has no past";
}

TEST(Metrics, NameTheTrialsOfAFileAlsoInLinesOfAnOlderProgram) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  put(folder / "m.csv", older_header + "0,10,0.1,0.5,10,0,60\n1,20,0.2,0.25,10,0,60\n2,30,0.3,0.2,10,0,60\n");
  const auto label = [](Index trial) { return TrialLabel{5 - trial, trial == 1 ? "left, \"far\"" : "right"}; };
  {
    Metrics metrics(true, folder / "m.csv", 20, label);
    metrics.trial({2, 1, 10, 1.0, 8.0}, 30, 1.5, 60);
  }
  const std::string expected = header +
                               "0,10,0.1,0.5,10,0,60,5,right\n1,20,0.2,0.25,10,0,60,4,\"left, \"\"far\"\"\"\n" +
                               "2,30,1.500,0.125,10,1,60,3,right\n";
  EXPECT_EQ(text_of(folder / "m.csv"), expected);
  Metrics(true, folder / "m.csv", 30, label);
  EXPECT_EQ(text_of(folder / "m.csv"), expected) << "a comma within quotes parts no columns";
}

}  // namespace
}  // namespace fullforce

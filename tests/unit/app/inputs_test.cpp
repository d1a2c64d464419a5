#include "inputs.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/trials_file.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

class Inputs : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    if (comm_.is_root()) std::ofstream(folder_ / name) << text;
    comm_.barrier();
  }
  void write_one_trial(const std::string& name) {
    if (comm_.is_root()) {
      TrialsData data;
      data.dt = 0.001;
      data.n_out = 1;
      data.lengths = {2};
      data.targets = {0.5, 0.25};
      write_trials(folder_ / name, data);
    }
    comm_.barrier();
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  const Communicator& comm() const { return comm_; }

  Config with_trials(const std::string& name) const {
    Config config;
    config.task.name = "file";
    config.task.file = path(name);
    return config;
  }

 private:
  Communicator comm_ = Communicator::world();
  TemporaryFolder folder_{comm_};
};

TEST_F(Inputs, ATextIsReadOnTheRootAndKnownToAll) {
  write("c.toml", "[run]\nseed = 7\n");
  EXPECT_EQ(read_text_on_root(comm(), path("c.toml")), "[run]\nseed = 7\n");
  EXPECT_EQ(load_config(comm(), path("c.toml"), {"run.streams=3"}).run.seed, 7U);
  write("empty", "");
  EXPECT_EQ(read_text_on_root(comm(), path("empty")), "");
}

TEST_F(Inputs, ATextThatCannotBeReadIsRefusedOnAllRanks) {
  EXPECT_TRUE(says(message_of<InputError>([&] { read_text_on_root(comm(), path("missing")); }), "missing"));
  EXPECT_TRUE(says(message_of<InputError>([&] { read_text_on_root(comm(), "/dev/zero"); }), "longer than"));
}

TEST_F(Inputs, WhatIsNoNetworkIsCalledByItsName) {
  const auto refusal = [&](const std::string& name) {
    return message_of<InputError>([&] { require_network_file(comm(), path(name)); });
  };
  write_one_trial("trials.h5");
  EXPECT_TRUE(says(refusal("trials.h5"), "is a trials file"));
  EXPECT_TRUE(says(refusal(""), "is a folder"));
}

TEST_F(Inputs, ATaskIsThereOnEveryRankOrOnNone) {
  write_one_trial("trials.h5");
  const std::unique_ptr<Task> task = agreed_task(comm(), with_trials("trials.h5"));
  EXPECT_EQ(task->outputs(), 1);
  EXPECT_TRUE(says(message_of<InputError>([&] { agreed_task(comm(), with_trials("none.h5")); }), "none.h5"));
}

TEST_F(Inputs, OnlyATaskFromAFileHasATrialsFile) {
  EXPECT_EQ(trials_file(Config{}), std::nullopt);
  EXPECT_EQ(trials_file(with_trials("t.h5")), std::optional(path("t.h5")));
}

TEST_F(Inputs, AnOutputNeedsAFolderAndANameOfItsOwn) {
  write("c.toml", "");
  const auto refusal = [&](const std::string& name) {
    return message_of<InputError>([&] { require_output(path(name), "--output", {std::nullopt, path("c.toml")}); });
  };
  EXPECT_NO_THROW(require_output(std::nullopt, "--output"));
  EXPECT_NO_THROW(require_output(path("new.h5"), "--output", {path("c.toml")}));
  EXPECT_TRUE(says(refusal("no/new.h5"), "there is no folder"));
  EXPECT_TRUE(says(refusal(""), "is a folder"));
  EXPECT_TRUE(says(refusal("./c.toml"), "needs that file for something else"));
}

TEST_F(Inputs, AnOutputIsWhatItsLinksLeadTo) {
  if (comm().is_root()) {
    std::filesystem::create_symlink("no/such", path("lost"));
    std::filesystem::create_symlink("circle", path("circle"));
    std::filesystem::create_symlink("c.toml", path("link"));
    std::filesystem::create_symlink("/dev/null", path("device"));
  }
  write("c.toml", "");
  const auto refusal = [&](const std::string& name) {
    return message_of<InputError>([&] { require_output(path(name), "--output", {path("c.toml")}); });
  };
  EXPECT_TRUE(says(refusal("lost"), "there is no folder"));
  EXPECT_TRUE(says(refusal("circle"), "in a circle"));
  EXPECT_TRUE(says(refusal("link"), "needs that file for something else"));
  EXPECT_EQ(refusal("device"), "nothing was thrown");
  EXPECT_TRUE(says(message_of<InputError>([&] { require_file(path("device"), "--record"); }), "HDF5 needs a file"));
  EXPECT_NO_THROW(require_file(path("new.h5"), "--record"));
}

}  // namespace
}  // namespace fullforce

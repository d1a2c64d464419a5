#include "fullforce/io/node_trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory.hpp"
#include "support/messages.hpp"
#include "support/soft_limit.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

TrialsData some_trials() {
  TrialsData data;
  data.dt = 0.002;
  data.n_in = 2;
  data.n_out = 3;
  data.n_hint = 1;
  data.lengths = {3, 1, 5};
  for (auto* signal : {&data.inputs, &data.targets, &data.hints}) {
    signal->resize(as_size(data.steps() * (signal == &data.inputs ? 2 : signal == &data.targets ? 3 : 1)));
    std::iota(signal->begin(), signal->end(), signal == &data.targets ? -7.25 : 0.5);
  }
  return data;
}

struct NodeTrialsTest : testing::TestWithParam<Sharing> {
  Communicator comm = Communicator::world();
  TemporaryFolder folder{comm};
  std::filesystem::path path = folder / "trials.h5";

  template <class Write>
  void on_root(const Write& write) const {
    if (comm.is_root()) write();
    comm.barrier();
  }
  std::string refusal() const {
    return message_of<InputError>([&] { NodeTrials(comm, path, GetParam()); });
  }
};

TEST_P(NodeTrialsTest, AreThoseOfTheFileOnEveryRank) {
  const TrialsData data = some_trials();
  on_root([&] { write_trials(path, data); });
  const NodeTrials trials(comm, path, GetParam());
  EXPECT_EQ(trials.shape(), static_cast<const TrialsShape&>(data));
  EXPECT_TRUE(std::ranges::equal(trials.signals().inputs, data.inputs));
  EXPECT_TRUE(std::ranges::equal(trials.signals().targets, data.targets));
  EXPECT_TRUE(std::ranges::equal(trials.signals().hints, data.hints));
  EXPECT_EQ(trials.fingerprint(), fingerprint(data));
  EXPECT_EQ(trials.trial_fingerprints(), trial_fingerprints(data, data.signals()));
  const Index bytes = 9 * 6 * 8;
  EXPECT_EQ(trials.memory().node, GetParam() == Sharing::within_node ? bytes : 0);
  EXPECT_EQ(trials.memory().rank, GetParam() == Sharing::within_node ? 0 : bytes);
}

TEST_P(NodeTrialsTest, HaveMasksConditionsAndNamesOnEveryRank) {
  TrialsData data = some_trials();
  data.has_masks = true;
  data.masks.assign(27, 1);
  data.masks[5] = 0;
  data.conditions = {"left", "", "rechts, ö"};
  data.names = {{"a", "b"}, {}, {"c"}};
  on_root([&] { write_trials(path, data); });
  const NodeTrials trials(comm, path, GetParam());
  EXPECT_EQ(trials.shape(), static_cast<const TrialsShape&>(data));
  EXPECT_TRUE(std::ranges::equal(trials.signals().hints, data.hints));
  EXPECT_TRUE(std::ranges::equal(trials.signals().masks, data.masks));
  EXPECT_EQ(trials.fingerprint(), fingerprint(data));
  EXPECT_EQ(trials.memory().node + trials.memory().rank, 9 * 6 * 8 + 32);
}

TEST_P(NodeTrialsTest, AFileThatCannotBeReadIsOneErrorOnAllRanks) {
  EXPECT_TRUE(says(refusal(), "there is no such file"));
  TrialsData data = some_trials();
  data.targets[4] = NAN;
  on_root([&] { write_trials(path, data); });
  EXPECT_TRUE(says(refusal(), "targets[1, 1] = nan"));
}

TEST_P(NodeTrialsTest, WhatDoesNotFitIsRefusedBeforeItIsRead) {
  TrialsData data;
  data.n_out = 1;
  data.lengths = {Index{2} << 20};
  data.targets.resize(as_size(data.steps()), 1.0);
  on_root([&] { write_trials(path, data); });
  const Index ample = Index{1} << 40;
  const Index used = ample - [&] {
    const SoftLimit limit(RLIMIT_AS, ample);
    return address_space_limit().left;
  }();
  const SoftLimit limit(RLIMIT_AS, comm.max(used) + (Index{12} << 20));
  const std::string text = refusal();
  EXPECT_TRUE(says(text, "trials.h5: this trials file needs 16 MiB on a rank"));
  EXPECT_TRUE(says(text, "ulimit -v"));
}

INSTANTIATE_TEST_SUITE_P(All, NodeTrialsTest, testing::Values(Sharing::within_node, Sharing::none),
                         [](const auto& tested) {
                           return tested.param == Sharing::within_node ? "shared" : "private";
                         });

}  // namespace
}  // namespace fullforce

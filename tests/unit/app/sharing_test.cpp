#include <gtest/gtest.h>

#include <cstdlib>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/parallel/node_team.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

struct SharingMemory : testing::Test {
  static void set(const char* value) { setenv("FULLFORCE_SHARED_MEMORY", value, 1); }
  void TearDown() override { unsetenv("FULLFORCE_SHARED_MEMORY"); }
};

TEST_F(SharingMemory, IsForAllRanksOfANodeUnlessTheVariableSaysOtherwise) {
  const Communicator comm = Communicator::world(Sharing::none);
  EXPECT_EQ(ranks_that_may_share_memory(comm), 0);
  for (const auto& [value, ranks] : {std::pair{"on", 0}, {"", 0}, {"off", 1}, {"1", 1}, {"12", 12}}) {
    set(value);
    EXPECT_EQ(ranks_that_may_share_memory(comm), ranks) << value;
  }
}

TEST_F(SharingMemory, IsRefusedWithAValueThatIsNone) {
  const Communicator comm = Communicator::world(Sharing::none);
  for (const char* value : {"yes", "0", "-3", "2x", " 2", "99999999999"}) {
    set(value);
    EXPECT_TRUE(says(message_of<InputError>([&] { ranks_that_may_share_memory(comm); }), "FULLFORCE_SHARED_MEMORY"))
        << value;
  }
}

TEST_F(SharingMemory, WarnsWhereRanksHaveToSendMessages) {
  const Communicator messages = Communicator::world(Sharing::none), shared = Communicator::world();
  EXPECT_EQ(warnings_of_sharing(messages).size(), messages.size() > 1 ? 1U : 0U);
  if (shared.team() != nullptr) {
    EXPECT_TRUE(warnings_of_sharing(shared).empty());
  }
  set("off");
  EXPECT_TRUE(warnings_of_sharing(messages).empty());
}

}  // namespace
}  // namespace fullforce

#include "fullforce/parallel/threads.hpp"
#include "fullforce/parallel/node_cores.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

/// The variable and OpenMP's number of threads are afterwards what they were before.
class Threads : public testing::Test {
 protected:
  void TearDown() override {
    set_thread_count(count_before_);
    set(had_variable_ ? variable_before_.c_str() : nullptr);
  }

  static void set(const char* variable) {
    if (variable != nullptr)
      ::setenv("OMP_NUM_THREADS", variable, 1);
    else
      ::unsetenv("OMP_NUM_THREADS");
  }

  static int chosen(const char* variable, std::optional<int> option) {
    set(variable);
    choose_threads(Communicator::world(), option);
    return thread_count();
  }

 private:
  const int count_before_ = thread_count();
  const bool had_variable_ = std::getenv("OMP_NUM_THREADS") != nullptr;
  const std::string variable_before_ = had_variable_ ? std::getenv("OMP_NUM_THREADS") : "";
};

TEST_F(Threads, TheOptionComesBeforeTheVariable) {
  EXPECT_EQ(chosen("3", std::nullopt), 3);
  EXPECT_EQ(chosen("3", 2), 2);
  EXPECT_EQ(chosen("nonsense", 2), 2) << "the variable is not asked";
}

TEST_F(Threads, TheVariableMayBeAListWhoseFirstNumberCounts) { EXPECT_EQ(chosen("2,1", std::nullopt), 2); }

TEST_F(Threads, WithoutEitherEveryThreadHasACore) {
  set_thread_count(4);
  const int fitting = node_cores(Communicator::world()).threads_a_rank();
  EXPECT_EQ(chosen(nullptr, std::nullopt), fitting);
  EXPECT_EQ(chosen("", std::nullopt), fitting);
}

TEST_F(Threads, MoreThanTheCoresAreWarnedOf) {
  const Communicator comm = Communicator::world();
  set_thread_count(static_cast<int>(node_cores(comm).cores) + 1);
  const std::vector<std::string> warnings = warnings_of_threads(comm);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_TRUE(says(warnings[0], "share cores"));
}

TEST_F(Threads, AVariableThatIsNoCountIsRefused) {
  for (const char* variable : {"many", "0", "-2", "1025", "2x", " 2", "99999999999"})
    EXPECT_TRUE(says(message_of<InputError>([&] { chosen(variable, std::nullopt); }), "OMP_NUM_THREADS")) << variable;
}

Workload oscillation_of(Index neurons) {
  Workload workload;
  workload.network.neurons = neurons;
  workload.learning.update_probability = 1.0;
  return workload;
}

TEST_F(Threads, ASmallNetworkTakesOneThreadAndSaysSo) {
  set_thread_count(8);
  const std::string note = take_threads_that_pay(Communicator::world(), oscillation_of(20), 1);
  EXPECT_EQ(thread_count(), 1);
  EXPECT_TRUE(says(note, "1 of 8 threads")) << note;
}

TEST_F(Threads, ALargeNetworkTakesThemAll) {
  set_thread_count(2);
  EXPECT_EQ(take_threads_that_pay(Communicator::world(), oscillation_of(3000), 1), "");
  EXPECT_EQ(thread_count(), 2);
}

}  // namespace
}  // namespace fullforce

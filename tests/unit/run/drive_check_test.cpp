#include "fullforce/run/drive_check.hpp"

#include <gtest/gtest.h>

#include "fullforce/run/session.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

/// What a check says of the oscillation whose targets are multiplied by `gain`, once all init trials are over.
std::string warning(double gain, Index init_trials = 1, Nonlinearity nonlinearity = Nonlinearity::tanh) {
  const Communicator comm = Communicator::world();
  SessionOptions options;
  options.network.neurons = 100;
  options.network.dt = 0.004;
  options.network.output_gain = gain;
  options.network.nonlinearity = nonlinearity;
  if (nonlinearity == Nonlinearity::relu) options.network.gain = 1.0;
  options.streams = 2;
  const auto task = make_task({}, options.network.dt, 1);
  Session<double> session(comm, *task, options, true);
  Simulation<double>& simulation = session.start_training({2, init_trials, 4, TrialKind::init, TrialKind::training}, 1);
  DriveCheck<double> check(options.network);
  std::string all;
  for (int k = 0; k < 1200 && !simulation.finished(); ++k) {
    simulation.step();
    all += check.look(simulation);
  }
  return all;
}

}  // namespace

TEST(DriveCheck, SaysNothingOfTargetsOfOrderOne) {
  EXPECT_EQ(warning(1.0), "");
  EXPECT_EQ(warning(1.0, 0), "") << "without init trials";
  EXPECT_EQ(warning(1.0, 1, Nonlinearity::relu), "");
}

TEST(DriveCheck, WarnsOnceOfTargetsThatSaturate) {
  const std::string said = warning(100.0);
  EXPECT_TRUE(says(said, "saturate the target-generating network"));
  EXPECT_TRUE(says(said, "smaller network.output_gain or network.hint_gain (100 and 1 now)"));
  EXPECT_EQ(said.find("saturate"), said.rfind("saturate")) << said;
  EXPECT_TRUE(says(warning(100.0, 0), "saturate")) << "without init trials";
}

TEST(DriveCheck, WarnsOfTargetsThatHardlyDrive) {
  EXPECT_TRUE(says(warning(0.01), "hardly drive the target-generating network"));
  EXPECT_EQ(warning(0.0), "") << "the error of targets that are zero is another matter";
}

TEST(DriveCheck, SaysWhatToChange) {
  NetworkOptions options;
  EXPECT_EQ(warning_of_drive({0.05, 0.5}, options), "");
  EXPECT_TRUE(says(warning_of_drive({0.97, 60.0}, options), "97 % of its rates are beyond 0.99"));
  EXPECT_TRUE(says(warning_of_drive({0.0, 0.004}, options), "0.004 times its recurrent ones"));
  options.nonlinearity = Nonlinearity::relu;
  EXPECT_EQ(warning_of_drive({0.97, 60.0}, options), "") << "these rates have no end";
}

}  // namespace fullforce

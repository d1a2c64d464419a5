#include "fullforce/forecast/forecast.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "support/plain_machine.hpp"

namespace fullforce {
namespace {

class ForecastOfARun : public testing::Test {
 protected:
  Forecast of(const Workload& w, int ranks) const {
    return forecast_run(w, run, *task, Deployment(ranks, 1, machine), machine);
  }

  Machine machine = plain_machine();
  RunOptions run;
  std::unique_ptr<Task> task = make_task(TaskOptions{}, 0.001, 1);
};

TEST_F(ForecastOfARun, CountsTheStepsOfARun) {
  run.streams = 4;
  run.train_trials = 10;
  const RunSteps steps = run_steps(run, *task);
  // The streams of a fixed trial begin 500 steps apart. The first one is free after 20,000 steps and takes the trials
  // 0, 4 and 8. The last one completes 500 steps of a trial first, and ends trial 9.
  EXPECT_EQ(steps.init, 20000.0);
  EXPECT_EQ(steps.training, 26500.0 - 20000.0);
  EXPECT_EQ(steps.test_init, 21500.0);
  EXPECT_EQ(steps.test, 46500.0 - 20000.0);
}

TEST_F(ForecastOfARun, NeedsTheMemoryThatTheRunWillAskFor) {
  const Workload w = workload(5000, 4);
  const Index run_bytes = w.shape(2, 1).bytes();
  const double program = of(w, 2).bytes_per_rank - static_cast<double>(run_bytes);
  EXPECT_GT(program, 0.0);
  EXPECT_LT(program, 100e6);
}

/// The trials of the task have 2000 steps, and four streams begin one in every 500th step. J_D and J are then read
/// once more; P is not.
TEST_F(ForecastOfARun, CountsTheProductsOfResets) {
  Workload w = workload(5000, 4);
  const Forecast without = of(w, 2);
  w.reset = Reset::zero;
  const Forecast with = of(w, 2);
  EXPECT_NEAR((with.training_work.bytes - without.training_work.bytes) / (2 * 5000.0 * 5000.0 * 8.0), 1.0 / 500.0,
              1e-5);
  EXPECT_GT(with.seconds(), without.seconds());
}

TEST_F(ForecastOfARun, RefusesWhatCannotFitAndSaysWhatWould) {
  const Forecast forecast = of(workload(40000), 1);
  try {
    require_fit(forecast, machine);
    ADD_FAILURE() << "40000^2 x 3 x 8 bytes are more than 16 GiB";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("16 ranks"), std::string::npos) << text;
    EXPECT_NE(text.find("network.neurons = 26000"), std::string::npos) << text;
  }
  EXPECT_NO_THROW(require_fit(of(workload(26000), 1), machine));
  EXPECT_NO_THROW(require_fit(of(workload(40000), 16), machine));
}

TEST_F(ForecastOfARun, TextAndJsonNameWhatIsAssumed) {
  Machine assumed = assumed_machine();
  const Forecast forecast = forecast_run(workload(300), run, *task, Deployment(1, 1, assumed), assumed);
  EXPECT_NE(forecast_text(forecast, assumed).find("assumed"), std::string::npos);
  EXPECT_NE(forecast_json(forecast, assumed).find("\"from\": \"assumed\""), std::string::npos);
}

/// Each doubling of the threads of this machine costs a step 2 us, and each core reads as if it were alone.
TEST(ThreadsThatPay, AreFewForSmallNetworksAndAllForLargeOnes) {
  Machine m = plain_machine();
  m.threads = 2e-6;
  m.node_bandwidth.fill(40 * giga);
  EXPECT_EQ(threads_that_pay(workload(20), 1, 4, m), 1);
  EXPECT_EQ(threads_that_pay(workload(4000, 16), 1, 4, m), 4);
  EXPECT_EQ(threads_that_pay(workload(4000, 16), 1, 3, m), 3) << "the number need not be a power of two";
}

TEST(LayoutsOfANode, AreThreadsOnAPartOfItsCoresAndAllDivisionsOfAll) {
  const Machine m = plain_machine();
  const auto layouts = layouts_of_a_node(workload(1000), m);
  const std::pair<int, int> expected[] = {{1, 1}, {1, 2}, {1, 4}, {2, 2}, {4, 1}};
  ASSERT_EQ(m.cores, 4);
  ASSERT_EQ(layouts.size(), std::size(expected));
  for (std::size_t k = 0; k < layouts.size(); ++k) {
    EXPECT_EQ(std::pair(layouts[k].ranks, layouts[k].threads), expected[k]);
    const Deployment d(layouts[k].ranks, layouts[k].threads, m);
    EXPECT_EQ(layouts[k].seconds, total(step_seconds(workload(1000), StepKind::training, d, m)));
  }
}

}  // namespace
}  // namespace fullforce

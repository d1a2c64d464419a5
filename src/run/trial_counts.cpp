#include "fullforce/run/trial_counts.hpp"

#include <algorithm>

#include "fullforce/base/check.hpp"

namespace fullforce {

Index trials_of_own_test(Index test_trials, const Task& tests) {
  return test_trials == RunOptions{}.test_trials ? tests.trials_in_file() : test_trials;
}

RunOptions with_own_test(RunOptions run, const Task& task) {
  if (&task.for_tests() != &task) run.test_trials = trials_of_own_test(run.test_trials, task.for_tests());
  return run;
}

std::string warning_of_test(Index test_trials, const Task& tests, const std::string& file) {
  const Index in_file = tests.trials_in_file();
  if (test_trials == 0 || test_trials % in_file == 0) return {};
  if (test_trials < in_file) return fmt::format("{} of {} trials of {} are tested", test_trials, in_file, file);
  return fmt::format("some trials count twice: the test runs {} trials, and {} has {}", test_trials, file, in_file);
}

std::string warning_of_training(Index train_trials, const Task& task, const std::string& file) {
  const Index in_file = task.trials_in_file();
  if (train_trials == 0 || train_trials >= in_file) return {};
  return fmt::format("{} of {} trials of {} are never visited (run.train_trials = {})", in_file - train_trials, in_file,
                     file, train_trials);
}

void require_samples(const Task& task, const std::string& file) {
  const Index trials = task.trials_in_file();
  Trial scratch;
  const auto counts = [&](Index row) {
    // Test trials have the numbers of the rows.
    const auto masks = task.view({TrialKind::test, static_cast<std::uint64_t>(row)}, scratch).masks;
    return masks.empty() || std::ranges::any_of(masks, [](std::uint8_t mask) { return mask != 0; });
  };
  Index row = 0;
  while (row < trials && !counts(row)) ++row;
  require(trials == 0 || row < trials,
          "{}: no sample of its trials counts, so nothing can be learned from them (each is left out by a mask, or its "
          "target is NaN: give some that count)",
          file);
}

}  // namespace fullforce

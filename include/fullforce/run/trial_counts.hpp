#pragma once
#include <string>

#include "fullforce/model/task.hpp"
#include "fullforce/run/run_options.hpp"

namespace fullforce {

/// The number of trials that a test runs on a trials file of its own (task.test_file or --trials-file). It is each
/// trial of the file once, unless `test_trials` is another number than the default of run.test_trials.
Index trials_of_own_test(Index test_trials, const Task& tests);

/// The options of a training, with `test_trials` as the test of this task has them.
RunOptions with_own_test(RunOptions run, const Task& task);

/// Says that a test of so many trials leaves out some of the trials in `file`, or that some of them count more often
/// than others. The text is empty where neither is so.
std::string warning_of_test(Index test_trials, const Task& tests, const std::string& file);

/// Says that so many training trials do not visit all of those in `file`. The text is empty where they do, and where
/// nothing is trained.
std::string warning_of_training(Index train_trials, const Task& task, const std::string& file);

/// Throws InputError if no sample of the trials in `file` counts, so that nothing could be learned from them.
void require_samples(const Task& task, const std::string& file);

}  // namespace fullforce

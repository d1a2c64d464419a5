#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/model/trial_streams.hpp"
#include "fullforce/run/evaluation.hpp"
#include "fullforce/run/progress.hpp"
#include "fullforce/run/stop.hpp"
#include "fullforce/run/train.hpp"
#include "performance.hpp"
#include "training_totals.hpp"

namespace fullforce {

/// Everything that a training run says: the lines while it goes on, and its summary. Every rank calls the functions,
/// and only the root writes.
class RunReporter {
 public:
  RunReporter(const Communicator& comm, const TrainingJob& job, std::string provenance, TrialsFingerprints trials);

  void starts(Index first_step);
  void notices(const std::vector<Notice>& notices);
  /// Shows the stage that the streams are in. `dimension` is the dimension of a growing basis, or 0 if no basis grows.
  void show(const TrialStreams& streams, double last_error, double samples_per_second, Index dimension);
  bool due() const { return progress_.due(); }

  void wrote_checkpoint(Index step, double seconds);
  void failed_to_write_checkpoint(Index step, const std::string& why);
  void stopped(Index step, StopReason reason);
  void stopped_in_test();
  void trained(const TrainingTotals& totals);
  void finished(const TrainingTotals& totals, const Performance& performance, const TestResult& test);
  void wrote_results();

  /// The text of summary.json.
  std::string summary(const TrainingTotals& totals, const Performance& performance, const TestResult& test) const;

  /// The progress display, for the test that ends a run.
  Progress& progress() { return progress_; }

 private:
  const Communicator* comm_;
  const TrainingJob* job_;
  std::string provenance_;
  TrialsFingerprints trials_;
  Progress progress_;
};

}  // namespace fullforce

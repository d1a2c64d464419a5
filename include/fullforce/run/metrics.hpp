#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// The file metrics.csv, which has a line for each training trial. If a run is continued, its lines up to the step
/// where it goes on are kept. The lines of later steps are removed, because the run comes to these steps again. The
/// class does nothing on ranks other than the root.
class Metrics {
 public:
  /// What the trials of a file are called, by the number of the training trial.
  using Labels = std::function<TrialLabel(Index)>;

  /// Opens the file. Throws RunError if it cannot be written. Without `labels`, the trials come from no file. One rank
  /// may call it alone.
  Metrics(bool writes, std::filesystem::path path, Index start_step, Labels labels = {});
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Adds the line of a trial. `rank` is the present number of features: N, or the dimension of the basis of low-rank
  /// ones. Lines that do not fit on a full disk are kept for the next time.
  void trial(const TrialResult& result, Index step, double seconds, Index rank);

  /// Brings all lines to the disk, which must happen before a checkpoint says that they are there. Throws RunError if
  /// that fails. One rank may call it alone.
  void sync();

  /// The error of the last trial that has a line, on the root. It is negative if there is none.
  double last_error() const { return last_error_; }

 private:
  bool write_out();

  bool writes_;
  std::filesystem::path path_;
  int file_ = -1;
  Labels labels_;
  std::string waiting_;
  double last_error_ = -1.0;
};

}  // namespace fullforce

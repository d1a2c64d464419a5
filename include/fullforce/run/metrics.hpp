#pragma once
#include <filesystem>
#include <string>

#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// metrics.csv: a line a training trial. Lines of a run that is gone on from are kept up to its step; the others are
/// its own future, which comes again. Does nothing on ranks other than the root.
class Metrics {
 public:
  /// Throws RunError when the file cannot be written. One rank.
  Metrics(bool writes, std::filesystem::path path, Index start_step);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Lines that a full disk does not take are kept for the next time.
  void trial(const TrialResult& result, Index step, double seconds, Index rank);

  /// Brings all lines to the disk, before a checkpoint says that they are there. Throws RunError. One rank.
  void sync();

  /// The error of the last trial that has a line; negative: none. On the root.
  double last_error() const { return last_error_; }

 private:
  bool write_out();

  bool writes_;
  std::filesystem::path path_;
  int file_ = -1;
  std::string waiting_;
  double last_error_ = -1.0;
};

}  // namespace fullforce

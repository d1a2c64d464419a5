#pragma once
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/base/types.hpp"

namespace fullforce {

/// What a run says while it goes on, on standard output and in log.txt. A terminal shows one line that is updated;
/// elsewhere there are plain lines at intervals. The class does nothing on ranks other than the root.
class Progress {
 public:
  /// `log` is the path of the log file. If it is empty, there is no log file.
  Progress(bool speaks, bool quiet, const std::filesystem::path& log);
  ~Progress();

  /// Writes a line that stays.
  void line(const std::string& text);

  /// Writes a warning, which also goes to standard error and is kept for the summary.
  void warn(const std::string& text);

  /// The state of a phase. update() shows it if it is time to.
  struct State {
    const char* phase;
    Index trial;
    Index trials;
    double error;  ///< error of the last trial; negative: there is none yet
    double done;   ///< share of the work of the phase that is done, 0 to 1
    double samples_per_second;
    Index rank = 0;  ///< dimension of the basis of low-rank features; 0: it is not shown
  };
  void update(const State& state);
  bool due() const;

  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void erase_live_line();
  void log(const std::string& text);

  bool speaks_;
  bool quiet_;
  bool live_;
  bool line_open_ = false;
  std::ofstream log_;
  Stopwatch since_start_;
  Stopwatch since_shown_;
  Stopwatch since_phase_;
  double first_done_ = 0.0;
  const char* phase_ = nullptr;
  std::vector<std::string> warnings_;
};

/// A duration in words: 4000 s is "1 h 06 min".
std::string duration_text(double seconds);

}  // namespace fullforce

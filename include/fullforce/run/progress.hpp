#pragma once
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/base/types.hpp"

namespace fullforce {

/// What a run tells while it runs, on standard output and in log.txt: one live line on a terminal, plain lines at
/// intervals elsewhere. Does nothing on ranks other than the root.
class Progress {
 public:
  /// `log` may be empty: no file then.
  Progress(bool speaks, bool quiet, const std::filesystem::path& log);
  ~Progress();

  /// A line that stays.
  void line(const std::string& text);

  /// A warning: also on standard error, and kept for the summary.
  void warn(const std::string& text);

  /// The state of a phase; shown if it is time to.
  struct State {
    const char* phase;
    Index trial;
    Index trials;
    double error;  ///< of the last trial; negative: none yet
    double done;   ///< share of the phase's work, 0 to 1
    double samples_per_second;
    Index rank = 0;  ///< of low-rank features; 0: not told
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

/// 4000 as "1 h 06 min".
std::string duration_text(double seconds);

}  // namespace fullforce

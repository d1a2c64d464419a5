#include "fullforce/run/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "fullforce/base/standard_streams.hpp"

namespace fullforce {
namespace {

/// Whether a person looks at standard output. A launcher may give its ranks a pseudo-terminal of no width, whatever its
/// own output is. The launcher's own output then decides.
bool on_terminal() {
  if (isatty(STDOUT_FILENO) == 0) return false;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return true;
  std::error_code error;
  const std::string target = std::filesystem::read_symlink(fmt::format("/proc/{}/fd/1", getppid()), error).string();
  return !error && (target.starts_with("/dev/pts/") || target.starts_with("/dev/tty"));
}

constexpr double live_interval = 0.25;  // s
constexpr double plain_interval = 10.0;

}  // namespace

Progress::Progress(bool speaks, bool quiet, const std::filesystem::path& log)
    : speaks_(speaks), quiet_(quiet), live_(on_terminal()) {
  if (speaks && !log.empty()) log_.open(log, std::ios::app);
}

Progress::~Progress() { erase_live_line(); }

void Progress::erase_live_line() {
  if (!line_open_) return;
  say("\r\033[K");
  line_open_ = false;
}

void Progress::line(const std::string& text) {
  if (!speaks_) return;
  erase_live_line();
  if (!quiet_) say(text + '\n');
  log(text);
}

/// Writes a line to the log. An earlier error is cleared, because a disk that was full then may take the line now.
void Progress::log(const std::string& text) {
  log_.clear();
  log_ << text << std::endl;
}

void Progress::warn(const std::string& text) {
  warnings_.push_back(text);
  if (!speaks_) return;
  erase_live_line();
  complain(fmt::format("fullforce: warning: {}\n", text));
  log("warning: " + text);
}

bool Progress::due() const {
  return speaks_ && since_shown_.seconds() >= (live_ && !quiet_ ? live_interval : plain_interval);
}

void Progress::update(const State& state) {
  if (!due()) return;
  since_shown_ = Stopwatch();
  if (phase_ != state.phase) {
    phase_ = state.phase;
    since_phase_ = Stopwatch();
    first_done_ = state.done;
  }
  const double gained = state.done - first_done_;
  const std::string left = gained > 0.0 ? duration_text(since_phase_.seconds() * (1.0 - state.done) / gained) : "?";
  const std::string error = state.error >= 0.0 ? fmt::format("{:.3g}", state.error) : "-";
  const std::string rank = state.rank > 0 ? fmt::format("  rank {}", state.rank) : "";
  const std::string text = fmt::format("{:8s} trial {}/{}  error {}{}  {:.0f} samples/s  {} left", state.phase,
                                       state.trial, state.trials, error, rank, state.samples_per_second, left);
  if (!live_ || quiet_) return line(fmt::format("{:>9.1f} s  {}", since_start_.seconds(), text));
  say("\r\033[K" + text);
  line_open_ = true;
}

std::string duration_text(double seconds) {
  const long whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02d} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {:02d} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {:02d} h", whole / 86400, whole / 3600 % 24);
}

}  // namespace fullforce

#include "fullforce/run/metrics.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"

namespace fullforce {
namespace {

constexpr std::string_view header = "trial,step,seconds,error,length,stream,rank";

/// Reads column k of a whole line as a number.
double column(const std::string& line, int k) {
  std::size_t begin = 0;
  for (; k > 0; --k) begin = line.find(',', begin) + 1;
  return std::strtod(line.c_str() + begin, nullptr);
}

/// Whether a line has a value in each column of the header.
bool is_whole(std::string_view line) {
  const auto commas = [](std::string_view text) { return std::count(text.begin(), text.end(), ','); };
  return commas(line) == commas(header) && line.back() != ',';
}

/// Returns the header and those lines of an earlier part of the run that belong to steps up to `step`.
std::string text_until(const std::filesystem::path& path, Index step, double& last_error) {
  std::string kept = std::string(header) + '\n';
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    if (file.eof() || !is_whole(line) || column(line, 1) > static_cast<double>(step))
      continue;  // at the end of the file, the line has no end of its own and is not whole
    kept += line + '\n';
    last_error = column(line, 3);
  }
  return kept;
}

}  // namespace

Metrics::Metrics(bool writes, std::filesystem::path path, Index start_step) : writes_(writes), path_(std::move(path)) {
  if (!writes_) return;
  const std::string text = start_step > 0 ? text_until(path_, start_step, last_error_) : std::string(header) + '\n';
  write_atomically(path_, text);
  file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file_ < 0) throw RunError(fmt::format("{} cannot be opened: {}", path_.string(), std::strerror(errno)));
}

Metrics::~Metrics() {
  if (file_ >= 0) ::close(file_);
}

void Metrics::trial(const TrialResult& result, Index step, double seconds, Index rank) {
  if (!writes_) return;
  last_error_ = result.error();
  waiting_ += fmt::format("{},{},{:.3f},{:.10g},{},{},{}\n", result.number, step, seconds, result.error(),
                          result.length, result.stream, rank);
  write_out();
}

bool Metrics::write_out() {
  while (!waiting_.empty()) {
    const ssize_t written = ::write(file_, waiting_.data(), waiting_.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) waiting_.erase(0, as_size(written));
  }
  return true;
}

void Metrics::sync() {
  if (!writes_) return;
  if (!write_out() || ::fsync(file_) != 0)
    throw RunError(fmt::format("{} cannot be written: {}", path_.string(), std::strerror(errno)));
}

}  // namespace fullforce

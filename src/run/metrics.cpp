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

/// The columns of programs that did not name the trials of files.
constexpr std::string_view older_header = "trial,step,seconds,error,length,stream,rank";
constexpr std::string_view header = "trial,step,seconds,error,length,stream,rank,file_trial,condition";

/// Reads column k of a whole line as a number.
double column(const std::string& line, int k) {
  std::size_t begin = 0;
  for (; k > 0; --k) begin = line.find(',', begin) + 1;
  return std::strtod(line.c_str() + begin, nullptr);
}

/// Counts the commas that part columns. Those within quotes belong to a text.
Index commas(std::string_view line) {
  Index count = 0;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) ++count;
  }
  return count;
}

/// Whether a line has as many columns as the first line of its file.
bool is_whole(std::string_view line, std::string_view first) { return commas(line) == commas(first); }

/// A text as a value of a table. One that holds a comma or a quote is put into quotes.
std::string as_value(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// The last two columns.
std::string label_columns(const Metrics::Labels& labels, Index trial) {
  if (!labels) return ",,";
  const TrialLabel label = labels(trial);
  return fmt::format(",{},{}", label.trial, as_value(label.condition));
}

/// Returns the header and those lines of an earlier part of the run that belong to steps up to `step`. Lines of an
/// older program get the columns that they lack.
std::string text_until(const std::filesystem::path& path, Index step, const Metrics::Labels& labels,
                       double& last_error) {
  std::string kept = std::string(header) + '\n';
  std::ifstream file(path);
  std::string line, columns;
  std::getline(file, columns);
  const bool older = columns == older_header;
  while (std::getline(file, line)) {
    if (file.eof() || !is_whole(line, older ? older_header : header) || column(line, 1) > static_cast<double>(step))
      continue;  // at the end of the file, the line has no end of its own and is not whole
    kept += line + (older ? label_columns(labels, static_cast<Index>(column(line, 0))) : "") + '\n';
    last_error = column(line, 3);
  }
  return kept;
}

}  // namespace

Metrics::Metrics(bool writes, std::filesystem::path path, Index start_step, Labels labels)
    : writes_(writes), path_(std::move(path)), labels_(std::move(labels)) {
  if (!writes_) return;
  const std::string text =
      start_step > 0 ? text_until(path_, start_step, labels_, last_error_) : std::string(header) + '\n';
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
  waiting_ += fmt::format("{},{},{:.3f},{:.10g},{},{},{}{}\n", result.number, step, seconds, result.error(),
                          result.length, result.stream, rank, label_columns(labels_, result.number));
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

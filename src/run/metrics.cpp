#include "fullforce/run/metrics.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace fullforce {
namespace {

constexpr const char* header = "trial,step,seconds,error,length,stream,rank";

/// The lines of an earlier part of the run that lie before `step`.
std::vector<std::string> lines_until(const std::filesystem::path& path, Index step) {
  std::vector<std::string> kept;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t comma = line.find(',');
    if (comma != std::string::npos && std::strtoll(line.c_str() + comma + 1, nullptr, 10) <= step) kept.push_back(line);
  }
  return kept;
}

}  // namespace

Metrics::Metrics(bool writes, const std::filesystem::path& path, Index start_step) : writes_(writes) {
  if (!writes) return;
  const std::vector<std::string> earlier = start_step > 0 ? lines_until(path, start_step) : std::vector<std::string>{};
  file_.open(path, std::ios::trunc);
  file_ << header << '\n';
  for (const std::string& line : earlier) file_ << line << '\n';
  file_.flush();
}

void Metrics::trial(const TrialResult& result, Index step, double seconds, Index rank) {
  if (!writes_) return;
  file_ << fmt::format("{},{},{:.3f},{:.10g},{},{},{}\n", result.number, step, seconds, result.error(), result.length, result.stream, rank);
  file_.flush();
}

}  // namespace fullforce

#include "fullforce/base/memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "control_groups.hpp"

namespace fullforce {
namespace {

/// The first number after the name at the beginning of a line. A missing line, and a word such as "unlimited", mean no
/// limit.
Index number_after(std::string_view name, const std::filesystem::path& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    Index number = 0;
    return std::istringstream(line.substr(name.size())) >> number ? number : unlimited_bytes;
  }
  return unlimited_bytes;
}

/// A line of a file in which the kernel counts in units of 1024 bytes.
Index bytes_after(std::string_view name, const std::filesystem::path& path) {
  const Index kibibytes = number_after(name, path);
  return kibibytes == unlimited_bytes ? unlimited_bytes : 1024 * kibibytes;
}

MemoryLimit free_memory(const std::filesystem::path& root) {
  const Index total = bytes_after("MemTotal:", root / "proc/meminfo");
  return {total, bytes_after("MemAvailable:", root / "proc/meminfo"),
          fmt::format("the memory of the node ({})", bytes_text(total)), "more nodes", "a node with more memory"};
}

bool leaves_less(const MemoryLimit& a, const MemoryLimit& b) { return a.left < b.left; }

/// A limit of this process. `line` is its line in /proc/self/limits, `counter` that of /proc/self/status which the
/// kernel compares with it, and `option` that of the shell's ulimit.
MemoryLimit limit_of_process(const std::filesystem::path& root, std::string_view line, std::string_view counter,
                             const char* what, const char* option) {
  const Index limit = number_after(line, root / "proc/self/limits");
  if (limit == unlimited_bytes) return {};
  const Index used = bytes_after(counter, root / "proc/self/status");
  return {limit, used == unlimited_bytes ? limit : std::max<Index>(0, limit - used),
          fmt::format("{} of a process (ulimit {} = {})", what, option, bytes_text(limit)), "more ranks",
          fmt::format("a higher limit (ulimit {})", option)};
}

}  // namespace

MemoryLimit memory_limit_of_node(const std::filesystem::path& root) {
  std::vector<MemoryLimit> limits = limits_of_control_groups(root);
  limits.push_back(free_memory(root));
  return *std::min_element(limits.begin(), limits.end(), leaves_less);
}

MemoryLimit address_space_limit(const std::filesystem::path& root) {
  return limit_of_process(root, "Max address space", "VmSize:", "the address space", "-v");
}

MemoryLimit data_limit(const std::filesystem::path& root) {
  return limit_of_process(root, "Max data size", "VmData:", "the data", "-d");
}

MemoryLimit nearest_memory_limit(const std::filesystem::path& root) {
  return std::min({memory_limit_of_node(root), address_space_limit(root), data_limit(root)}, leaves_less);
}

Index memory_of_node(const std::filesystem::path& root) {
  Index bytes = free_memory(root).bytes;
  for (const MemoryLimit& limit : limits_of_control_groups(root)) bytes = std::min(bytes, limit.bytes);
  return bytes;
}

Index peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<Index>(usage.ru_maxrss) * 1024;
}

std::string bytes_text(double bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  int unit = 0;
  for (; bytes >= 1024.0 && unit < 5; ++unit) bytes /= 1024.0;
  return fmt::format("{:.4g} {}", bytes, units[unit]);
}

}  // namespace fullforce

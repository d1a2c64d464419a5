#include "fullforce/run/memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

constexpr Index unlimited = std::numeric_limits<Index>::max();

/// A line of the kernel's account of the node's memory, in bytes.
Index memory_line(const std::string& wanted) {
  std::ifstream file("/proc/meminfo");
  std::string name;
  Index kibibytes = 0;
  std::string unit;
  while (file >> name >> kibibytes && std::getline(file, unit))
    if (name == wanted) return kibibytes * 1024;
  return unlimited;
}

/// The memory that the kernel could give away without swapping.
Index available_on_node() { return memory_line("MemAvailable:"); }

/// The memory that a batch system grants to the job.
Index limit_of_control_group() {
  Index limit = 0;
  std::ifstream("/sys/fs/cgroup/memory.max") >> limit;
  return limit > 0 ? limit : unlimited;
}

/// The limit of the control group, less what the group uses already.
Index left_in_control_group() {
  const Index limit = limit_of_control_group();
  Index used = 0;
  std::ifstream("/sys/fs/cgroup/memory.current") >> used;
  return limit == unlimited ? unlimited : std::max<Index>(0, limit - used);
}

}  // namespace

void require_memory(const Layout& layout, Index bytes) {
  const Communicator node = layout.comm().node();
  const double needed = static_cast<double>(bytes) * static_cast<double>(node.size());
  const double available = static_cast<double>(std::min(available_on_node(), left_in_control_group()));
  agree(layout.comm(), [&] {
    require(needed <= available,
            "network.neurons = {} needs {} on a node ({} a rank, {} ranks on it; J_D, J and P are N x N), and {} are "
            "available: use fewer "
            "neurons, learning.precision = \"single\", or more nodes",
            layout.rows(), bytes_text(needed), bytes_text(static_cast<double>(bytes)), node.size(),
            bytes_text(available));
  });
}

Index memory_of_node() { return std::min(memory_line("MemTotal:"), limit_of_control_group()); }

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

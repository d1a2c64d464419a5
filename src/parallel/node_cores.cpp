#include "fullforce/parallel/node_cores.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <span>

namespace fullforce {
namespace {

/// Element k says whether this process may run on core k.
std::array<std::int64_t, CPU_SETSIZE> own_cores() {
  std::array<std::int64_t, CPU_SETSIZE> cores{};
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0)
    for (std::size_t k = 0; k < cores.size(); ++k) cores[k] = CPU_ISSET(k, &set) ? 1 : 0;
  return cores;
}

Index count(std::span<const std::int64_t> cores) {
  return std::count_if(cores.begin(), cores.end(), [](std::int64_t ranks) { return ranks > 0; });
}

}  // namespace

int NodeCores::threads_a_rank() const {
  return static_cast<int>(std::clamp<Index>(std::min(own, cores / ranks), 1, 1024));
}

NodeCores node_cores(const Communicator& comm) {
  const Communicator node = comm.node();
  const auto own = own_cores();
  auto all = own;  // then the number of ranks that may run on each core
  node.sum(all);
  return {std::max<Index>(1, count(all)), std::max<Index>(1, count(own)), node.size()};
}

}  // namespace fullforce

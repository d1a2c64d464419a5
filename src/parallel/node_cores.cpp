#include "fullforce/parallel/node_cores.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <bit>

namespace fullforce {
namespace {

/// Bit k says whether a process may run on core k.
using CoreSet = std::array<std::uint64_t, CPU_SETSIZE / 64>;

CoreSet own_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CoreSet cores{};
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (std::size_t k = 0; k < CPU_SETSIZE; ++k)
    if (CPU_ISSET(k, &set)) cores[k / 64] |= std::uint64_t{1} << (k % 64);
  return cores;
}

Index count(const CoreSet& cores) {
  Index sum = 0;
  for (const std::uint64_t word : cores) sum += std::popcount(word);
  return sum;
}

}  // namespace

int NodeCores::threads_a_rank() const {
  return static_cast<int>(std::clamp<Index>(std::min(own, cores / ranks), 1, 1024));
}

NodeCores node_cores(const Communicator& comm) {
  const Communicator node = comm.node();
  const CoreSet own = own_cores();
  CoreSet all = own;
  for (std::size_t k = 0; k < own.size(); ++k)
    for (const std::int64_t word : node.all_gather(static_cast<std::int64_t>(own[k])))
      all[k] |= static_cast<std::uint64_t>(word);
  return {std::max<Index>(1, count(all)), std::max<Index>(1, count(own)), node.size()};
}

}  // namespace fullforce

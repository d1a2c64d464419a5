#include "fullforce/parallel/node_cores.hpp"

#include <sched.h>

#include <algorithm>

#include "fullforce/parallel/threads.hpp"

namespace fullforce {
namespace {

constexpr std::size_t word_bits = 64;
constexpr std::size_t words = CoreSet().size() / word_bits;
static_assert(CoreSet().size() >= CPU_SETSIZE);

/// The cores that the calling thread may run on.
CoreSet cores_of_this_thread() {
  CoreSet cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0)
    for (std::size_t k = 0; k < CPU_SETSIZE; ++k) cores[k] = CPU_ISSET(k, &set) != 0;
  return cores;
}

/// The cores of OpenMP's places. There are none if the user has not asked for places.
CoreSet cores_of_places() {
  CoreSet cores;
  std::vector<int> numbers;
  for (int place = 0; place < omp_get_num_places(); ++place) {
    numbers.resize(as_size(omp_get_place_num_procs(place)));
    omp_get_place_proc_ids(place, numbers.data());
    for (const int core : numbers)
      if (core >= 0 && as_size(core) < cores.size()) cores.set(as_size(core));
  }
  return cores;
}

/// With places, OpenMP has bound this thread to one of them, and the others go to the other threads.
CoreSet cores_of_this_rank() {
  const CoreSet places = cores_of_places();
  return places.any() ? places : cores_of_this_thread();
}

Index at_least_one(const CoreSet& cores) { return std::max<Index>(1, static_cast<Index>(cores.count())); }

/// Whether more threads are confined to these cores than there are.
bool is_crowded(const CoreSet& cores, std::span<const CoreSet> threads) {
  const auto confined = [&](const CoreSet& thread) { return (thread & ~cores).none(); };
  return std::count_if(threads.begin(), threads.end(), confined) > at_least_one(cores);
}

void pack(const CoreSet& cores, std::span<std::int64_t> packed) {
  for (std::size_t k = 0; k < cores.size(); ++k)
    if (cores[k]) packed[k / word_bits] |= static_cast<std::int64_t>(std::uint64_t{1} << (k % word_bits));
}

CoreSet unpack(std::span<const std::int64_t> packed) {
  CoreSet cores;
  for (std::size_t k = 0; k < cores.size(); ++k)
    cores[k] = (static_cast<std::uint64_t>(packed[k / word_bits]) >> (k % word_bits) & 1) != 0;
  return cores;
}

/// The sets of all ranks, of which each gives as many.
std::vector<CoreSet> gather(const Communicator& comm, std::span<const CoreSet> mine) {
  std::vector<std::int64_t> packed(as_size(comm.size()) * mine.size() * words);
  const std::span<std::int64_t> all(packed);
  std::size_t next = as_size(static_cast<Index>(comm.rank())) * mine.size();
  for (const CoreSet& set : mine) pack(set, all.subspan(next++ * words, words));
  comm.sum(all);
  std::vector<CoreSet> sets;
  for (std::size_t k = 0; k < all.size(); k += words) sets.push_back(unpack(all.subspan(k, words)));
  return sets;
}

}  // namespace

int NodeCores::threads_a_rank() const {
  return static_cast<int>(std::clamp<Index>(std::min(own, cores / ranks), 1, 1024));
}

CoreSet all_of(std::span<const CoreSet> sets) {
  CoreSet all;
  for (const CoreSet& set : sets) all |= set;
  return all;
}

bool has_places() { return omp_get_num_places() > 0; }

NodeCores node_cores(const Communicator& comm) {
  const Communicator node = comm.node();
  const CoreSet own = cores_of_this_rank();
  const std::vector<CoreSet> ranks = gather(node, std::span(&own, 1));
  return {at_least_one(all_of(ranks)), at_least_one(own), node.size()};
}

bool have_to_share(std::span<const CoreSet> threads) {
  const auto crowded = [&](const CoreSet& cores) { return is_crowded(cores, threads); };
  return crowded(all_of(threads)) || std::any_of(threads.begin(), threads.end(), crowded);
}

std::vector<CoreSet> cores_of_threads(const Communicator& comm) {
  const Communicator node = comm.node();
  const auto most = as_size(node.max(std::int64_t{thread_count()}));
  std::vector<CoreSet> mine(most);
  on_all_threads([&] { mine[as_size(thread_index())] = cores_of_this_thread(); });
  std::vector<CoreSet> all = gather(node, mine);
  std::erase_if(all, [](const CoreSet& cores) { return cores.none(); });  // ranks with fewer threads
  return all;
}

}  // namespace fullforce

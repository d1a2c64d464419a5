#include "fullforce/parallel/threads.hpp"
#include "fullforce/parallel/node_cores.hpp"
#include "fullforce/parallel/waiting.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/utf8.hpp"
#include "fullforce/forecast/forecast.hpp"

namespace fullforce {
namespace {

// OpenMP allows a list with one number for each level of nesting, and this program uses the first. OpenMP ignores a
// malformed list, and would then use every core on every rank, so a malformed list is an error here.
int count_in(std::string_view text) {
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = end == text.data() + text.size() || *end == ',';
  require(error == std::errc() && whole && count >= 1 && count <= 1024,
          "OMP_NUM_THREADS = {} (must be an integer from 1 to 1024)", printable(text));
  return count;
}

/// A machine whose cores do not compete for memory. How much they do is not known, and a large network is far slower
/// with too few threads than with too many.
Machine machine_of_free_cores() {
  Machine machine = assumed_machine();
  for (std::size_t k = 0; k < sampled_bytes.size(); ++k)
    machine.node_bandwidth[k] = machine.core_bandwidth[k] * static_cast<double>(machine.cores);
  return machine;
}

}  // namespace

bool choose_threads(const Communicator& comm, std::optional<int> threads) {
  const char* const variable = std::getenv("OMP_NUM_THREADS");
  const bool has_variable = variable != nullptr && *variable != '\0';
  // The ranks may have different variables, and all of them must ask if one does.
  const bool has_setting = threads || has_variable;
  const bool asks = comm.min(std::int64_t{has_setting}) == 0;
  const bool is_free = comm.max(std::int64_t{has_setting}) == 0;
  const int fitting = asks ? node_cores(comm).threads_a_rank() : 0;
  agree(comm, [&] {
    if (threads)
      set_thread_count(*threads);
    else
      set_thread_count(has_variable ? count_in(variable) : fitting);
    require_thread_level(granted_thread_level(), thread_count());
  });
  set_cores_are_shared(have_to_share(cores_of_threads(comm)));
  return !is_free;
}

std::string take_threads_that_pay(const Communicator& comm, const Workload& workload, int ranks) {
  const int fitting = thread_count();
  const int most = static_cast<int>(comm.max(std::int64_t{fitting}));
  std::int64_t paying = threads_that_pay(workload, ranks, most, machine_of_free_cores());
  comm.broadcast(std::span(&paying, 1));
  if (paying >= most) return "";
  set_thread_count(std::min(fitting, static_cast<int>(paying)));
  set_cores_are_shared(have_to_share(cores_of_threads(comm)));
  return fmt::format("{} of {} threads a rank: more would hardly make steps faster (--threads {} takes them all)",
                     paying, most, most);
}

std::vector<std::string> warnings_of_threads(const Communicator& comm) {
  const std::vector<CoreSet> threads = cores_of_threads(comm);
  const int ranks = comm.node().size();
  if (comm.max(std::int64_t{have_to_share(threads)}) == 0) return {};
  const char* const remedy = has_places() ? ", or unset OMP_PLACES and OMP_PROC_BIND, which bind the "
                                            "threads of every rank, and let the launcher bind ranks"
                                          : "";
  return {
      fmt::format("threads share cores: {} rank(s) x {} thread(s) on {} core(s) of this node. Steps may take many "
                  "times longer: use fewer ranks or threads{}",
                  ranks, thread_count(), all_of(threads).count(), remedy)};
}

}  // namespace fullforce

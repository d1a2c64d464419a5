#include "fullforce/parallel/threads.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/utf8.hpp"

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

}  // namespace

void choose_threads(const Communicator& comm, std::optional<int> threads) {
  agree(comm, [&] {
    const char* variable = std::getenv("OMP_NUM_THREADS");
    if (threads)
      set_thread_count(*threads);
    else if (variable != nullptr && *variable != '\0')
      set_thread_count(count_in(variable));
    require_thread_level(granted_thread_level(), thread_count());
  });
}

}  // namespace fullforce

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/utf8.hpp"

namespace fullforce {
namespace {

constexpr std::int64_t all = 0;
constexpr std::int64_t none = 1;  // a rank shares memory with itself alone

/// How many ranks of a node may share memory, as the text of the variable says.
std::int64_t most_in(std::string_view text) {
  if (text.empty() || text == "on") return all;
  if (text == "off") return none;
  int most = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
  require(error == std::errc() && end == text.data() + text.size() && most >= 1,
          "FULLFORCE_SHARED_MEMORY = {} (must be on, off, or the number of ranks that may share memory)",
          printable(text));
  return most;
}

}  // namespace

int ranks_that_may_share_memory(const Communicator& comm) {
  const char* const variable = std::getenv("FULLFORCE_SHARED_MEMORY");
  std::int64_t most = all;
  agree(comm, [&] { most = most_in(variable == nullptr ? "" : variable); });
  comm.broadcast(std::span(&most, 1));
  return static_cast<int>(most);
}

std::vector<std::string> warnings_of_sharing(const Communicator& comm) {
  constexpr const char* warning =
      "the ranks of a node send messages, which take longer than memory that they share. Such memory cannot be had "
      "here, or the ranks of a node do not follow one another (srun --distribution=block makes them)";
  const bool has_neighbours = comm.max(Index{comm.node().size()}) > 1;
  const bool wants_memory = ranks_that_may_share_memory(comm) != none;
  if (!has_neighbours || !wants_memory || comm.team() != nullptr) return {};
  return {warning};
}

}  // namespace fullforce

#include "fullforce/parallel/node_memory.hpp"

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory.hpp"

namespace fullforce {
namespace {

/// How the ranks of a node add up to its need.
std::string sum_text(const Communicator& node, const MemoryNeed& need) {
  std::string text = fmt::format("{} a rank, {} rank(s) on it", bytes_text(need.rank), node.size());
  if (need.node > 0) text += fmt::format(", {} for all of them", bytes_text(need.node));
  return text;
}

void require_room(const MemoryLimit& limit, Index needed, const std::string& what, const std::string& where,
                  const std::string& advice, const std::string& remedy) {
  require(needed <= limit.left, "{} needs {} {}, but {} are left of {}: use {}{}", what, bytes_text(needed), where,
          bytes_text(limit.left), limit.name, advice.empty() ? "" : advice + ", ", remedy);
}

}  // namespace

void require_memory(const Communicator& comm, const MemoryNeed& need, const std::string& what,
                    const std::string& advice) {
  const Communicator node = comm.node();
  const Index on_node = node.sum(need.rank) + need.node;
  agree(comm, [&] {
    const auto check = [&](Index needed, const std::string& where, const MemoryLimit& limit) {
      require_room(limit, needed, what, where, advice, limit.remedy());
    };
    check(on_node, fmt::format("on a node ({})", sum_text(node, need)), memory_limit_of_node());
    check(need.rank + need.node, "on a rank", address_space_limit());
    check(need.rank, "on a rank", data_limit());
  });
}

void require_memory_on_root(const Communicator& comm, Index bytes, const std::string& what, const std::string& advice) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    for (const MemoryLimit& limit : {memory_limit_of_node(), address_space_limit(), data_limit()})
      require_room(limit, bytes, what, "on one rank", advice, limit.raise);
  });
}

}  // namespace fullforce

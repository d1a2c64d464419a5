#include "fullforce/parallel/node_flags.hpp"

#include "fullforce/parallel/waiting.hpp"

namespace fullforce {
namespace {

/// A rank looks so often before it gives its core away, which takes some 20 us. Ranks that have a core each come sooner
/// than that in most exchanges. Giving the core away costs less than a microsecond if nobody wants it.
constexpr int looks_where_all_have_cores = 1000;

}  // namespace

NodeFlags::NodeFlags(const Communicator& node, std::byte* memory)
    : node_(&node), flags_(reinterpret_cast<Flag*>(memory)) {}

void NodeFlags::arrive(bool fine) {
  Flag& mine = flags_[static_cast<int>(node_->rank())];
  ++round_;
  mine.fine[round_ % 2].store(fine ? 1 : 0, std::memory_order_relaxed);
  mine.round.store(round_, std::memory_order_release);
}

bool NodeFlags::wait() {
  const int looks = cores_are_shared() ? looks_before_yielding(true) : looks_where_all_have_cores;
  bool fine = true;
  for (int rank = 0; rank < node_->size(); ++rank) {
    const Flag& flag = flags_[rank];
    while (!await(looks, [&] { return flag.round.load(std::memory_order_acquire) >= round_; })) node_->progress();
    fine = fine && flag.fine[round_ % 2].load(std::memory_order_relaxed) != 0;
  }
  return fine;
}

}  // namespace fullforce

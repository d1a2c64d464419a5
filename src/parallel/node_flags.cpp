#include "fullforce/parallel/node_flags.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

#include "fullforce/parallel/waiting.hpp"

namespace fullforce {
namespace {

/// A rank looks so often before it gives its core away, which takes some 20 us. Ranks that have a core each come sooner
/// than that in most exchanges. Giving the core away costs less than a microsecond if nobody wants it.
constexpr int looks_where_all_have_cores = 1000;

/// A rank looks again after so many rounds of looking and giving its core away, and sleeps from then on. Rounds take
/// about 0.1 ms if nobody else wants the core. Ranks that have cores of their own seldom wait longer than that
/// together, and going to sleep and waking up takes some 50 us.
constexpr int rounds_before_sleep = 10;

/// A rank sleeps at most so long, because messages on their way may need it.
constexpr timespec longest_sleep = {.tv_sec = 0, .tv_nsec = 2'000'000};

/// The system call by which processes sleep on, and wake others at, a number in memory that they share. The C++ library
/// has it for threads of one process only.
void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value, const timespec* timeout) {
  static_assert(sizeof word == sizeof value);
  syscall(SYS_futex, &word, operation, value, timeout, nullptr, 0);
}

}  // namespace

NodeFlags::NodeFlags(const Communicator& node, std::byte* memory)
    : node_(&node), flags_(reinterpret_cast<Flag*>(memory)) {}

void NodeFlags::arrive(bool fine) {
  Flag& mine = flags_[static_cast<int>(node_->rank())];
  ++round_;
  mine.fine[round_ % 2].store(fine ? 1 : 0, std::memory_order_relaxed);
  // The store and the look at who sleeps must be in one sequence with those of sleep_until_arrival().
  mine.round.store(round_, std::memory_order_seq_cst);
  if (mine.sleepers.load(std::memory_order_seq_cst) > 0) futex(mine.round, FUTEX_WAKE, INT_MAX, nullptr);
}

/// Whether the rank has arrived as often as this one, or once more. Rounds are compared by their difference, which is
/// right also when they begin again from 0.
bool NodeFlags::has_arrived(const Flag& flag) const {
  return static_cast<std::int32_t>(flag.round.load(std::memory_order_acquire) - round_) >= 0;
}

void NodeFlags::sleep_until_arrival(Flag& flag) const {
  flag.sleepers.fetch_add(1, std::memory_order_seq_cst);
  const std::uint32_t seen = flag.round.load(std::memory_order_seq_cst);
  // If the rank arrives between this look and the call, the number is no longer the one seen, and the call returns.
  if (static_cast<std::int32_t>(seen - round_) < 0) futex(flag.round, FUTEX_WAIT, seen, &longest_sleep);
  flag.sleepers.fetch_sub(1, std::memory_order_relaxed);
}

bool NodeFlags::wait() {
  const int looks = cores_are_shared() ? looks_before_yielding(true) : looks_where_all_have_cores;
  bool fine = true;
  for (int rank = 0; rank < node_->size(); ++rank) {
    Flag& flag = flags_[rank];
    for (std::int64_t round = 0; !await(looks, [&] { return has_arrived(flag); }); ++round) {
      node_->progress();
      if (round >= rounds_before_sleep) sleep_until_arrival(flag);
    }
    fine = fine && flag.fine[round_ % 2].load(std::memory_order_relaxed) != 0;
  }
  return fine;
}

}  // namespace fullforce

#pragma once
#include <omp.h>

#include <functional>
#include <utility>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/caught_error.hpp"
#include "fullforce/parallel/thread_team.hpp"

namespace fullforce {

inline int thread_count() { return omp_get_max_threads(); }
/// Returns the number of cores that this process may run on.
inline int core_count() { return omp_get_num_procs(); }
/// Returns the index of the calling thread inside a parallel loop.
inline int thread_index() { return omp_get_thread_num(); }
inline void set_thread_count(int threads) { omp_set_num_threads(threads); }

/// A share: the part of [0, count) that one thread does of a loop.
struct Share {
  Index begin;
  Index end;
};

/// Returns the calling thread's share inside a parallel loop.
inline Share share_of_thread(Index count) {
  const Index thread = omp_get_thread_num(), threads = omp_get_num_threads();
  return {count * thread / threads, count * (thread + 1) / threads};
}

/// The direction in which a thread goes through its share: from the first index to the last, or from the last to the
/// first.
enum class Direction { forwards, backwards };

/// A loop that calls work(k) for k in [0, count), distributed over the threads. The same thread gets the same k every
/// time, so memory pages that it touched first stay near it. `work` must not throw.
template <class Work>
class Loop {
 public:
  Loop(Index count, Work work, Direction direction = Direction::forwards)
      : count_(count), work_(std::move(work)), direction_(direction) {}

  /// Does the calling thread's share of the loop.
  void operator()() const {
    const Share mine = share_of_thread(count_);
    if (direction_ == Direction::forwards)
      for (Index k = mine.begin; k < mine.end; ++k) work_(k);
    else
      for (Index k = mine.end; k-- > mine.begin;) work_(k);
  }

 private:
  Index count_;
  Work work_;
  Direction direction_;
};

/// A barrier between two loops of which the second depends on the first. If it is needed, no thread goes on before all
/// threads have arrived.
struct AllThere {
  bool needed;
  void operator()() const {
    if (needed) ThreadTeam::meet();
  }
};

/// Runs loops one after the other in the same threads. The threads wait for each other only where the list of parts has
/// an AllThere.
template <class... Parts>
void in_parallel(const Parts&... parts) {
  on_all_threads([&] { (parts(), ...); });
}

/// Runs a single loop.
template <class Work>
void for_each_in_parallel(Index count, const Work& work) {
  in_parallel(Loop(count, std::cref(work)));
}

/// Does the same for work that may throw, as work that allocates memory may. If any calls throw, one of these
/// exceptions is thrown when all threads have finished.
template <class Work>
void try_each_in_parallel(Index count, const Work& work) {
  CaughtError error;
  for_each_in_parallel(count, [&](Index k) { error.run([&] { work(k); }); });
  error.rethrow();
}

}  // namespace fullforce

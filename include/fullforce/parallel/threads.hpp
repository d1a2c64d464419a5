#pragma once
#include <omp.h>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/thread_team.hpp"

namespace fullforce {

inline int thread_count() { return omp_get_max_threads(); }
/// Cores that this process may run on.
inline int core_count() { return omp_get_num_procs(); }
/// Of the calling thread, inside a parallel loop.
inline int thread_index() { return omp_get_thread_num(); }
inline void set_thread_count(int threads) { omp_set_num_threads(threads); }

/// A run of [0, count): what one thread does of a loop.
struct Share {
  Index begin;
  Index end;
};

/// The calling thread's share, inside a parallel loop.
inline Share share_of_thread(Index count) {
  const Index thread = omp_get_thread_num(), threads = omp_get_num_threads();
  return {count * thread / threads, count * (thread + 1) / threads};
}

/// The calling thread's share of a loop.
template <class Work>
void work_through(Index count, const Work& work) {
  const Share mine = share_of_thread(count);
  for (Index k = mine.begin; k < mine.end; ++k) work(k);
}

/// Calls work(k) for k in [0, count), spread over the threads; the same thread gets the same k every time, so pages
/// that it touched first stay near it. `work` must not throw.
template <class Work>
void for_each_in_parallel(Index count, const Work& work) {
  on_all_threads([&] { work_through(count, work); });
}

/// Three such loops in the same threads: the third waits until all of the second is done, the first nobody waits for.
template <class First, class Second, class Third>
void for_each_in_parallel(Index first_count, const First& first, Index second_count, const Second& second,
                          Index third_count, const Third& third) {
  on_all_threads([&] {
    work_through(first_count, first);
    work_through(second_count, second);
    if (second_count > 0) {
#pragma omp barrier
    }
    work_through(third_count, third);
  });
}

/// Two such loops, one after the other without waiting in between: they must not depend on each other.
template <class First, class Second>
void for_each_in_parallel(Index first_count, const First& first, Index second_count, const Second& second) {
  for_each_in_parallel(
      first_count, first, 0, [](Index) {}, second_count, second);
}

}  // namespace fullforce

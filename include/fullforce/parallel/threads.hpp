#pragma once
#include <omp.h>

#include "fullforce/base/types.hpp"

namespace fullforce {

inline int thread_count() { return omp_get_max_threads(); }
/// Cores that this process may run on.
inline int core_count() { return omp_get_num_procs(); }
/// Of the calling thread, inside a parallel loop.
inline int thread_index() { return omp_get_thread_num(); }
inline void set_thread_count(int threads) { omp_set_num_threads(threads); }

/// Calls work(k) for k in [0, count), spread over the threads; the same thread gets the same k every time, so pages
/// that it touched first stay near it. `work` must not throw.
template <class Work>
void for_each_in_parallel(Index count, const Work& work) {
#pragma omp parallel for schedule(static)
  for (Index k = 0; k < count; ++k) work(k);
}

/// Three such loops in the same threads: the third waits until all of the second is done, the first nobody waits for.
template <class First, class Second, class Third>
void for_each_in_parallel(Index first_count, const First& first, Index second_count, const Second& second,
                          Index third_count, const Third& third) {
#pragma omp parallel
  {
#pragma omp for schedule(static) nowait
    for (Index k = 0; k < first_count; ++k) first(k);
#pragma omp for schedule(static) nowait
    for (Index k = 0; k < second_count; ++k) second(k);
    if (second_count > 0) {
#pragma omp barrier
    }
#pragma omp for schedule(static) nowait
    for (Index k = 0; k < third_count; ++k) third(k);
  }
}

/// Two such loops, one after the other without waiting in between: they must not depend on each other.
template <class First, class Second>
void for_each_in_parallel(Index first_count, const First& first, Index second_count, const Second& second) {
  for_each_in_parallel(
      first_count, first, 0, [](Index) {}, second_count, second);
}

}  // namespace fullforce

#pragma once
#include <omp.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <optional>
#include <vector>

#include "fullforce/base/aligned_array.hpp"

namespace fullforce {

/// A team of OpenMP threads that stand by for the loops of one program; each thread waits on a flag. Waiting on a flag
/// takes a third of the time that it takes to end one parallel region and begin the next. This counts where a step
/// takes microseconds: at N = 300 it takes 20 to 30 us, and a parallel region costs 0.5 to 1.3 us. One parallel region
/// around a whole step would need a barrier around everything that one thread does alone. A thread that waits long goes
/// to sleep, and one that shares its core with others of the node soon lets them have it.
class ThreadTeam {
 public:
  /// Runs `program` on the calling thread. The other threads stand by until the program ends or throws.
  static void stand_by(const std::function<void()>& program);

  /// Returns the team that stands by for the calling thread, or null if there is none. There is none inside a loop.
  static ThreadTeam* at_hand() { return led_; }

  /// Waits, inside a loop, until all threads of the loop have called this function.
  static void meet();

  /// Calls work() on all threads at the same time and returns when all have finished.
  template <class Work>
  void run(const Work& work) {
    run([](const void* shared) { (*static_cast<const Work*>(shared))(); }, &work);
  }

 private:
  using Call = void (*)(const void*);
  /// The loop body that the threads are to run. It has cache lines of its own.
  struct alignas(2 * alignment_bytes) Order {
    std::atomic<unsigned> round = 0;  ///< number of loops so far
    Call call = nullptr;              ///< null once the program has ended
    const void* work = nullptr;
  };
  struct alignas(2 * alignment_bytes) Done {
    std::atomic<unsigned> round = 0;
  };

  explicit ThreadTeam(int threads);
  void lead(const std::function<void()>& program);
  void run(Call call, const void* work) noexcept;
  unsigned announce(Call call, const void* work);
  void serve(int thread);

  static thread_local ThreadTeam* led_;
  static ThreadTeam* meeting_;  ///< the team whose threads meet at `barrier_`; null where they meet at OpenMP's

  bool crowded_;     ///< whether threads have to share cores
  int looks_;        ///< number of times a thread looks at a flag before it gives its core away
  int threads_ = 1;  ///< OpenMP may give fewer than were asked for
  Order order_;
  std::vector<Done> done_;  ///< the last round that each thread has finished
  /// OpenMP's barrier, which keeps the core for milliseconds, is as fast as any where nobody else needs the core.
  std::optional<std::barrier<>> barrier_;
};

/// Calls work() once on every thread at the same time. Inside a loop it calls work() once on the calling thread only.
/// `work` must not throw.
template <class Work>
void on_all_threads(const Work& work) {
  if (ThreadTeam* const team = ThreadTeam::at_hand()) return team->run(work);
#pragma omp parallel if (!omp_in_parallel())
  work();
}

}  // namespace fullforce

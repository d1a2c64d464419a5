#pragma once
#include <omp.h>

#include <atomic>
#include <functional>
#include <vector>

#include "fullforce/base/aligned_array.hpp"

namespace fullforce {

/// OpenMP's threads standing by for the loops of one program, each waiting on a flag: that is over in a third of the
/// time that it takes to end one parallel region and begin the next, which is what counts where a step takes
/// microseconds. Who waits long goes to sleep.
class ThreadTeam {
 public:
  /// Runs `program` on the calling thread, with the other threads standing by until it ends or throws.
  static void stand_by(const std::function<void()>& program);

  /// The team that stands by for the calling thread, if one does; none inside a loop.
  static ThreadTeam* at_hand() { return led_; }

  /// work() on all threads, side by side; returns when all are done.
  template <class Work>
  void run(const Work& work) {
    run([](const void* shared) { (*static_cast<const Work*>(shared))(); }, &work);
  }

 private:
  using Call = void (*)(const void*);
  /// What there is to do, on lines of its own.
  struct alignas(2 * alignment_bytes) Order {
    std::atomic<unsigned> round = 0;  ///< counts the loops
    Call call = nullptr;              ///< none: the program has ended
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

  int looks_;        ///< at a flag, before a thread gives its core away
  int threads_ = 1;  ///< OpenMP may give fewer than were asked for
  Order order_;
  std::vector<Done> done_;  ///< by each thread
};

/// Calls work() once on every thread, side by side; inside a loop once on this one. `work` must not throw.
template <class Work>
void on_all_threads(const Work& work) {
  if (ThreadTeam* const team = ThreadTeam::at_hand()) return team->run(work);
#pragma omp parallel if (!omp_in_parallel())
  work();
}

}  // namespace fullforce

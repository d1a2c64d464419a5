#include "fullforce/parallel/thread_team.hpp"

#include <exception>
#include <thread>
#include <utility>

#include "fullforce/parallel/threads.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace fullforce {
namespace {

/// A waiting thread looks at a flag so often before it gives the core away, which takes some 200 us. Less time passes
/// between two loops of a step, and more between two steps that write a file. If another thread waits for the core, the
/// thread hardly looks at all.
constexpr int looks_where_all_have_cores = 10000;
constexpr int looks_where_some_wait = 100;
/// A waiting thread gives the core away so often before it goes to sleep.
constexpr int yields = 100;

void pause() {
#if defined(__SSE2__)
  _mm_pause();
#endif
}

/// Waits until ready() or until it has looked `looks` times, and then given the core away a number of times. Returns
/// whether ready() came.
template <class Ready>
bool await(int looks, const Ready& ready) {
  for (int k = 0; k < looks; ++k) {
    if (ready()) return true;
    pause();
  }
  for (int k = 0; k < yields; ++k) {
    if (ready()) return true;
    std::this_thread::yield();
  }
  return ready();
}

}  // namespace

thread_local ThreadTeam* ThreadTeam::led_ = nullptr;
bool ThreadTeam::cores_are_shared_ = false;
ThreadTeam* ThreadTeam::meeting_ = nullptr;

ThreadTeam::ThreadTeam(int threads)
    : looks_(cores_are_shared_ || threads > core_count() ? looks_where_some_wait : looks_where_all_have_cores),
      done_(as_size(threads)) {}

void ThreadTeam::meet() {
  if (meeting_ != nullptr) return meeting_->barrier_->arrive_and_wait();
#pragma omp barrier
}

void ThreadTeam::stand_by(const std::function<void()>& program) {
  if (thread_count() == 1 || led_ != nullptr) return program();
  ThreadTeam team(thread_count());
  std::exception_ptr thrown;
#pragma omp parallel
  {
    if (thread_index() > 0) {
      team.serve(thread_index());
    } else {
      led_ = &team;
      try {
        team.lead(program);
      } catch (...) {
        thrown = std::current_exception();
      }
      led_ = nullptr;
      meeting_ = nullptr;
      team.announce(nullptr, nullptr);
    }
  }
  if (thrown) std::rethrow_exception(thrown);
}

void ThreadTeam::lead(const std::function<void()>& program) {
  threads_ = omp_get_num_threads();
  if (looks_ == looks_where_some_wait) {
    barrier_.emplace(threads_);
    meeting_ = this;
  }
  // Inside a region, OpenMP may have another number in mind, such as the second one of OMP_NUM_THREADS=8,1.
  set_thread_count(static_cast<int>(done_.size()));
  program();
}

unsigned ThreadTeam::announce(Call call, const void* work) {
  order_.call = call;
  order_.work = work;
  const unsigned round = order_.round.load(std::memory_order_relaxed) + 1;
  // This store must be in one sequence with the look of notify_all() at who sleeps.
  order_.round.store(round, std::memory_order_seq_cst);
  order_.round.notify_all();
  return round;
}

void ThreadTeam::run(Call call, const void* work) noexcept {
  const unsigned round = announce(call, work);
  ThreadTeam* const self = std::exchange(led_, nullptr);
  call(work);
  led_ = self;
  for (int t = 1; t < threads_; ++t) {
    const std::atomic<unsigned>& done = done_[as_size(t)].round;
    while (!await(looks_, [&] { return done.load(std::memory_order_acquire) == round; })) {
    }
  }
}

void ThreadTeam::serve(int thread) {
  unsigned seen = 0;
  const auto ordered = [&] { return order_.round.load(std::memory_order_acquire) != seen; };
  for (;;) {
    if (!await(looks_, ordered)) order_.round.wait(seen);
    seen = order_.round.load(std::memory_order_acquire);
    if (order_.call == nullptr) return;
    order_.call(order_.work);
    done_[as_size(thread)].round.store(seen, std::memory_order_release);
  }
}

}  // namespace fullforce

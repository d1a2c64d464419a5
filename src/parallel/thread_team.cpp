#include "fullforce/parallel/thread_team.hpp"

#include <exception>
#include <utility>

#include "fullforce/parallel/threads.hpp"
#include "fullforce/parallel/waiting.hpp"

namespace fullforce {

thread_local ThreadTeam* ThreadTeam::led_ = nullptr;
ThreadTeam* ThreadTeam::meeting_ = nullptr;

ThreadTeam::ThreadTeam(int threads)
    : crowded_(cores_are_shared() || threads > core_count()),
      looks_(looks_before_yielding(crowded_)),
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
  if (crowded_) {
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

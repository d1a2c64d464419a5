#pragma once
#include <atomic>
#include <exception>
#include <utility>

namespace fullforce {

/// Brings an exception out of a parallel loop, whose threads must not throw: the first one is kept until the loop has
/// ended. For loops whose body allocates; those of a step do not.
class CaughtError {
 public:
  /// Calls work(). To be called by any thread.
  template <class Work>
  void run(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      if (!kept_.test_and_set()) error_ = std::current_exception();
    }
  }

  /// Throws what was kept, if anything was. To be called after the loop.
  void rethrow() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  std::atomic_flag kept_;
  std::exception_ptr error_;
};

}  // namespace fullforce

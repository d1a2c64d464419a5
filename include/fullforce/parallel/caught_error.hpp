#pragma once
#include <atomic>
#include <exception>
#include <utility>

namespace fullforce {

/// Carries an exception out of a parallel loop, whose threads must not throw. The first exception is kept until the
/// loop has ended. The class is meant for loops whose body allocates memory; the loops of a step do not.
class CaughtError {
 public:
  /// Calls work(). Any thread may call it.
  template <class Work>
  void run(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      if (!kept_.test_and_set()) error_ = std::current_exception();
    }
  }

  /// Throws the exception that was kept, if there is one. The caller calls it after the loop.
  void rethrow() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  std::atomic_flag kept_;
  std::exception_ptr error_;
};

}  // namespace fullforce

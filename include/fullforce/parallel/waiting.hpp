#pragma once
#include <thread>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace fullforce {

/// Says whether threads of this node have to share cores. It holds for whoever begins to wait later, and nothing of the
/// kind is known before.
void set_cores_are_shared(bool shared);
bool cores_are_shared();

/// Returns how often a waiting thread looks at a flag before it gives its core away, which takes some 200 us. Less time
/// passes between two loops of a step, and more between two steps that write a file. If another thread waits for the
/// core, which is then `crowded`, the thread hardly looks at all.
constexpr int looks_before_yielding(bool crowded) { return crowded ? 100 : 10000; }

/// A waiting thread gives the core away so often before it does something else, such as going to sleep.
inline constexpr int yields_before_sleep = 100;

/// Tells the processor that this thread waits.
inline void pause() {
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
  for (int k = 0; k < yields_before_sleep; ++k) {
    if (ready()) return true;
    std::this_thread::yield();
  }
  return ready();
}

}  // namespace fullforce

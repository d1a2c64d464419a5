#pragma once
#include <atomic>
#include <cstdlib>

#include "fullforce/base/types.hpp"

// Counts the memory of all arrays of a test program: AlignedArray calls aligned_alloc(), and the program's own function
// takes the place of the library's. The header defines a function, so a single source file of a program may include it.

namespace fullforce {

inline std::atomic<Index> array_bytes{0};  ///< bytes asked for so far; those that were freed still count

/// Returns the bytes of the arrays that `work` makes on this rank. Each array is rounded up to a whole cache line.
template <class Work>
Index array_bytes_of(const Work& work) {
  const Index before = array_bytes;
  work();
  return array_bytes - before;
}

}  // namespace fullforce

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  fullforce::array_bytes += static_cast<fullforce::Index>(bytes);
  void* data = nullptr;
  return posix_memalign(&data, alignment, bytes) == 0 ? data : nullptr;
}

#include "fullforce/base/aligned_array.hpp"

#include <sys/mman.h>

#include <new>

namespace fullforce::detail {

void* allocate_aligned(Index bytes) {
  const bool large = bytes >= large_page_bytes;
  const Index unit = large ? large_page_bytes : alignment_bytes;
  const std::size_t whole = as_size((bytes + unit - 1) / unit * unit);
  void* data = std::aligned_alloc(as_size(unit), whole);
  if (data == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  // Large pages are only a wish. Where the kernel refuses, small pages do.
  if (large) madvise(data, whole, MADV_HUGEPAGE);
#endif
  return data;
}

}  // namespace fullforce::detail

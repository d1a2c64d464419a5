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
  if (large) madvise(data, whole, MADV_HUGEPAGE);  // a wish: where it is refused, small pages do
#endif
  return data;
}

}  // namespace fullforce::detail

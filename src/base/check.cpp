#include "fullforce/base/check.hpp"

#include <cstdio>
#include <new>
#include <stdexcept>

#include "fullforce/base/memory.hpp"
#include "fullforce/base/memory_error.hpp"

namespace fullforce {

bool is_out_of_memory(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const std::length_error*>(&error);
}

std::string text_of(const std::exception& error) {
  if (!is_out_of_memory(error)) return error.what();
  const MemoryLimit limit = nearest_memory_limit();
  return fmt::format(
      "an allocation of memory failed (the nearest limit is {}, of which {} are left): use fewer neurons or streams, "
      "shorter trials, learning.precision = \"single\", {}",
      limit.name, bytes_text(limit.left), limit.remedy());
}

}  // namespace fullforce

namespace fullforce::detail {

void fail_check(const char* kind, const char* expression, const char* file, int line) {
  std::fprintf(stderr, "fullforce: %s `%s` does not hold at %s:%d; this is a bug in fullforce\n", kind, expression,
               file, line);
  std::abort();
}

}  // namespace fullforce::detail

#include "fullforce/base/check.hpp"

#include <cstdio>

namespace fullforce::detail {

void fail_check(const char* kind, const char* expression, const char* file, int line) {
  std::fprintf(stderr, "fullforce: %s `%s` does not hold at %s:%d; this is a bug in fullforce\n", kind, expression,
               file, line);
  std::abort();
}

}  // namespace fullforce::detail

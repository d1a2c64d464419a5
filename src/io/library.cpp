#include "fullforce/io/library.hpp"

#include <fmt/format.h>
#include <hdf5.h>

namespace fullforce {

std::string hdf5_library() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace fullforce

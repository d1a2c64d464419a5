#pragma once
#include <sys/resource.h>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Sets a limit of this process (RLIMIT_AS and the like) for as long as the object exists.
class SoftLimit {
 public:
  SoftLimit(__rlimit_resource resource, Index bytes) : resource_(resource) {
    getrlimit(resource_, &before_);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(bytes);
    setrlimit(resource_, &limit);
  }
  ~SoftLimit() { setrlimit(resource_, &before_); }
  SoftLimit(const SoftLimit&) = delete;
  SoftLimit& operator=(const SoftLimit&) = delete;

 private:
  __rlimit_resource resource_;
  rlimit before_{};
};

}  // namespace fullforce

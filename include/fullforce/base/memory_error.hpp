#pragma once
#include <exception>

#include "fullforce/base/check.hpp"

namespace fullforce {

/// An allocation of memory failed. Whatever the program was at, it is neither the user's input nor a file that is
/// wrong.
class MemoryError : public RunError {
 public:
  using RunError::RunError;
};

/// Whether an error of the standard library says that an allocation failed.
bool is_out_of_memory(const std::exception& error);

}  // namespace fullforce

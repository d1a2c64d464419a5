#pragma once
#include <string>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// The result of a command on standard output, which the root writes. A result that cannot be written is an error, but
/// only at the end, after everything else has been done.
class ResultStream {
 public:
  explicit ResultStream(const Communicator& comm) : comm_(&comm) {}

  /// Writes a text at once. Ranks other than the root do nothing. Never throws.
  void print(const std::string& text);

  /// Throws RunError on every rank if a text could not be written. **Collective.**
  void finish() const;

 private:
  const Communicator* comm_;
  std::string failure_;
};

/// Writes a result of one text. Throws RunError on every rank if it could not be written. **Collective.**
void print_result(const Communicator& comm, const std::string& text);

}  // namespace fullforce

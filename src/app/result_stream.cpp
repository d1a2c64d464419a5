#include "result_stream.hpp"

#include <unistd.h>

#include "fullforce/base/check.hpp"
#include "fullforce/base/standard_streams.hpp"

namespace fullforce {

void ResultStream::print(const std::string& text) {
  if (comm_->is_root() && failure_.empty()) failure_ = write_to(STDOUT_FILENO, text);
}

void ResultStream::finish() const {
  agree(*comm_, [&] {
    if (!failure_.empty()) throw RunError(fmt::format("the result cannot be written to standard output: {}", failure_));
  });
}

void print_result(const Communicator& comm, const std::string& text) {
  ResultStream result(comm);
  result.print(text);
  result.finish();
}

}  // namespace fullforce

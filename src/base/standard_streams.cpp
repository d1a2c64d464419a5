#include "fullforce/base/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace fullforce {

void reserve_standard_streams() {
  // open() takes the lowest free descriptor. Input is opened for writing and the others for reading, so that their use
  // fails as it does where they are closed.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
}

std::string write_to(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // a pipe whose reader is slow, and that another process has set not to block
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return std::strerror(errno);
    }
  }
  return {};
}

void say(std::string_view text) { write_to(STDOUT_FILENO, text); }

void complain(std::string_view text) { write_to(STDERR_FILENO, text); }

}  // namespace fullforce

#include "fullforce/base/standard_streams.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>

namespace fullforce {
namespace {

TEST(WriteTo, SaysWhyATextCannotBeWritten) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(write_to(full, "text"), "No space left on device");
  EXPECT_EQ(write_to(full, ""), "");
  ::close(full);
  EXPECT_EQ(write_to(full, "text"), "Bad file descriptor");
}

TEST(WriteTo, FailsWhereTheReaderOfAPipeHasGone) {
  ::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  EXPECT_EQ(write_to(pipe[1], "text"), "");
  ::close(pipe[0]);
  EXPECT_EQ(write_to(pipe[1], "text"), "Broken pipe");
  ::close(pipe[1]);
}

}  // namespace
}  // namespace fullforce

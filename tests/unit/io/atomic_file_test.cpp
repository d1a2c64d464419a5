#include "fullforce/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <iterator>

#include "fullforce/base/check.hpp"
#include "fullforce/io/file_descriptor.hpp"
#include "fullforce/io/output_place.hpp"
#include "fullforce/io/unfinished_file.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_mode & 07777;
}

/// The number of a process that has ended.
pid_t dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

/// Files are written by one rank.
class AtomicFile : public testing::Test {
 protected:
  void SetUp() override {
    if (!comm_.is_root()) GTEST_SKIP() << "one rank writes";
  }
  fs::path path(const std::string& name) const { return folder_ / name; }

  /// The name of the unfinished file that this process would make first, as another process would make it.
  fs::path unfinished_name(const std::string& target, pid_t process) const {
    const std::string name = UnfinishedFile(path(target)).path().string();
    const std::string number = fmt::format("-{}-", ::getpid());
    return std::string(name).replace(name.rfind(number), number.size(), fmt::format("-{}-", process));
  }

 private:
  Communicator comm_ = Communicator::world();
  TemporaryFolder folder_{comm_};
};

TEST_F(AtomicFile, IsReplacedAsAWholeAndLeavesNothingElse) {
  write_atomically(path("a.txt"), "old");
  write_atomically(path("a.txt"), "new");
  EXPECT_EQ(text_of(path("a.txt")), "new");
  EXPECT_TRUE(leftovers_in(path("")).empty());
  EXPECT_TRUE(
      says(message_of<RunError>([&] { write_atomically(path("no/a.txt"), "x"); }), "No such file or directory"));
}

TEST_F(AtomicFile, IsNotThereWhereItsWriterFails) {
  put(path("a.txt"), "old");
  const auto fail = [&](const fs::path& unfinished) {
    put(unfinished, "half");
    throw RunError("no more");
  };
  EXPECT_EQ(message_of<RunError>([&] { commit_when_whole(path("a.txt"), fail); }), "no more");
  EXPECT_EQ(text_of(path("a.txt")), "old");
  EXPECT_TRUE(leftovers_in(path("")).empty());
}

TEST_F(AtomicFile, TwoWritersOfOneNameEachMakeAWholeOne) {
  UnfinishedFile first(path("a.txt")), second(path("a.txt"));
  EXPECT_NE(first.path(), second.path());
  put(first.path(), "first");
  put(second.path(), "second");
  first.commit();
  EXPECT_EQ(text_of(path("a.txt")), "first");
  second.commit();
  EXPECT_EQ(text_of(path("a.txt")), "second");
}

TEST_F(AtomicFile, FilesOfOthersStay) {
  const fs::path of_the_dead = unfinished_name("a.txt", dead_process());
  const fs::path of_the_living = unfinished_name("a.txt", ::getppid());
  const std::vector<fs::path> stay = {of_the_living,
                                      unfinished_name("b.txt", dead_process()),
                                      path("a.txt.unfinished-elsewhere-1-0.part"),
                                      path("a.txt.part"),
                                      path("a.txt.unfinished-part"),
                                      path(".unfinished-1-0.part")};
  const UnfinishedFile mine(path("a.txt"));
  put(of_the_dead, "theirs");
  for (const fs::path& file : stay) put(file, "theirs");
  write_atomically(path("a.txt"), "new");
  EXPECT_FALSE(fs::exists(of_the_dead)) << "what a killed process left of this file";
  for (const fs::path& file : stay) EXPECT_EQ(text_of(file), "theirs") << file;
  EXPECT_TRUE(fs::exists(mine.path()));
  EXPECT_EQ(leftovers_in(path("")).size(), 4U);
}

TEST_F(AtomicFile, APredecessorMayHaveHadTheSameNumber) {
  const fs::path left = unfinished_name("a.txt", ::getpid());
  put(left, "theirs");
  write_atomically(path("a.txt"), "new");
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(AtomicFile, ALongNameIsShortenedUntilItIsWhole) {
  const std::string name(255, 'n');
  write_atomically(path(name), "text");
  EXPECT_EQ(text_of(path(name)), "text");
}

TEST_F(AtomicFile, LinksStayAndWhatTheyLeadToIsWritten) {
  fs::create_directory(path("below"));
  fs::create_symlink("below/target", path("link"));
  fs::create_symlink(path("link"), path("second"));
  for (const char* text : {"made", "replaced"}) {
    write_atomically(path("second"), text);
    EXPECT_EQ(text_of(path("below/target")), text);
    EXPECT_TRUE(fs::is_symlink(path("link")) && fs::is_symlink(path("second")));
  }
  EXPECT_FALSE(fs::is_symlink(path("below/target")));
  fs::create_symlink("circle", path("circle"));
  EXPECT_TRUE(says(message_of<RunError>([&] { write_atomically(path("circle"), "x"); }), "in a circle"));
}

TEST_F(AtomicFile, ModeBitsAreKept) {
  for (const mode_t mode : {0600U, 0640U, 0444U}) {
    write_atomically(path("a.txt"), "old");
    ::chmod(path("a.txt").c_str(), mode);
    write_atomically(path("a.txt"), "new");
    EXPECT_EQ(mode_of(path("a.txt")), mode);
  }
  ::chmod(path("a.txt").c_str(), 0600);
  EXPECT_EQ(mode_of(UnfinishedFile(path("a.txt")).path()), 0600U) << "nor may others read it meanwhile";
}

TEST_F(AtomicFile, TextGoesIntoPipes) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", path("link"));
  for (const char* name : {"pipe", "link"}) {
    auto reader = std::async(std::launch::async, [&] { return text_of(path("pipe")); });
    write_atomically(path(name), "text");
    EXPECT_EQ(reader.get(), "text");
  }
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  EXPECT_FALSE(leads_to_a_file(path("link")));
  const auto commit = [&] { commit_when_whole(path("link"), [](const fs::path&) {}); };
  EXPECT_TRUE(says(message_of<RunError>(commit), "is a pipe or a device"));
}

TEST_F(AtomicFile, TextGoesIntoWhatIsOpenAlready) {
  const FileDescriptor file(path("open.txt"), O_WRONLY | O_CREAT);
  fs::create_symlink(fmt::format("/proc/self/fd/{}", file.get()), path("link"));
  write_atomically(path("link"), "one ");
  write_atomically(path("link"), "two");
  EXPECT_EQ(text_of(path("open.txt")), "one two");
  EXPECT_TRUE(fs::is_symlink(path("link")));
}

TEST(OutputPlace, KnowsWhatIsThere) {
  EXPECT_TRUE(leads_to_a_file("none/such"));
  EXPECT_FALSE(leads_to_a_file("/dev/null"));
  EXPECT_EQ(output_place("none.txt").path, "none.txt");
}

}  // namespace
}  // namespace fullforce

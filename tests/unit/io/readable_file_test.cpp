#include "fullforce/io/readable_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "fullforce/base/check.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

std::string refusal(const fs::path& path) {
  return message_of<InputError>([&] { read_beginning(path); });
}

/// Gives up the rights of the superuser, who may read everything, until its end.
class Nobody {
 public:
  Nobody() : user_(::geteuid()) { changed_ = user_ != 0 || ::seteuid(65534) == 0; }
  ~Nobody() {
    if (user_ == 0) changed_ = ::seteuid(0) == 0;
  }
  bool changed() const { return changed_; }

 private:
  uid_t user_;
  bool changed_;
};

}  // namespace

TEST(ReadableFile, HasABeginning) {
  const auto comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  std::ofstream(folder / "long") << "more than sixteen bytes";
  std::ofstream(folder / "short") << "short";
  std::ofstream(folder / "empty") << "";
  EXPECT_EQ(read_beginning(folder / "long").count, 16);
  const Beginning beginning = read_beginning(folder / "short");
  EXPECT_EQ(std::string(beginning.bytes.data(), as_size(beginning.count)), "short");
  EXPECT_EQ(read_beginning(folder / "empty").count, 0);
}

TEST(ReadableFile, IsNotWhatIsMissingOrLeadsNowhere) {
  const auto comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  EXPECT_TRUE(says(refusal(folder / "missing"), "missing: there is no such file"));
  fs::create_symlink("gone.h5", folder / "link");
  EXPECT_TRUE(says(refusal(folder / "link"), "the link leads to gone.h5, which is not there"));
  fs::create_symlink("circle", folder / "circle");
  EXPECT_TRUE(says(refusal(folder / "circle"), "links lead in a circle"));
  std::ofstream(folder / "file") << "text";
  EXPECT_TRUE(says(refusal(folder / "file/x.h5"), "Not a directory"));
}

TEST(ReadableFile, IsNeitherFolderNorPipeNorDevice) {
  const auto comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  fs::create_directory(folder / "folder");
  EXPECT_TRUE(says(refusal(folder / "folder"), "folder: is a folder (name a file in it)"));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0666), 0);
  EXPECT_TRUE(says(refusal(folder / "pipe"), "pipe: is a pipe")) << "without waiting for its writer";
  EXPECT_TRUE(says(refusal("/dev/null"), "is a device"));
}

TEST(ReadableFile, IsOneThatThisProcessMayRead) {
  const auto comm = Communicator::world();
  const TemporaryFolder folder(comm);
  if (!comm.is_root()) return;
  fs::permissions(folder / ".", fs::perms(0755));
  std::ofstream(folder / "private") << "mine";
  fs::permissions(folder / "private", fs::perms::none);
  fs::create_directory(folder / "closed");
  std::ofstream(folder / "closed/file") << "mine";
  fs::permissions(folder / "closed", fs::perms::none);
  std::string of_file, in_folder;
  {
    const Nobody nobody;
    if (!nobody.changed()) GTEST_SKIP() << "cannot give up the rights of the superuser";
    of_file = refusal(folder / "private");
    in_folder = refusal(folder / "closed/file");
  }
  fs::permissions(folder / "closed", fs::perms::owner_all);
  EXPECT_TRUE(says(of_file, "private cannot be read: Permission denied (let its owner"));
  EXPECT_TRUE(says(in_folder, "closed/file cannot be read: Permission denied (let its owner"));
}

TEST(ReadableFile, IsNotOneOnADiskThatFails) {
  const fs::path path = "/proc/self/mem";  // reading its beginning is an error of input and output
  if (!fs::exists(path)) GTEST_SKIP() << "no " << path;
  EXPECT_TRUE(says(message_of<RunError>([&] { read_beginning(path); }), "its disk or its file system fails"));
}

TEST(ReadableFile, SaysWhatTheSystemSays) {
  EXPECT_TRUE(says(why_unreadable("a.h5", EIO), "a.h5 cannot be read: Input/output error"));
  EXPECT_TRUE(says(why_unreadable("a.h5", ESTALE), "file server"));
  EXPECT_TRUE(says(why_unreadable("a.h5", ENAMETOOLONG), "File name too long (name another file)"));
}

}  // namespace fullforce

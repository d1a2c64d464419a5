#include "fullforce/parallel/shared_memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace fullforce {
namespace {

/// An open file without a name, whose contents are memory. It is closed by the destructor.
class MemoryFile {
 public:
  explicit MemoryFile(int file) : file_(file) {}
  ~MemoryFile() {
    if (file_ >= 0) ::close(file_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int get() const { return file_; }

  /// Allocates memory at once. A process that touches memory which the system does not have would be killed.
  bool allocate(Index first, Index bytes) const {
    int error = bytes == 0 ? 0 : EINTR;
    while (file_ >= 0 && error == EINTR) error = ::posix_fallocate(file_, first, bytes);
    return error == 0;
  }

  bool resize(Index bytes) const { return file_ >= 0 && ::ftruncate(file_, bytes) == 0; }

  /// Two numbers that no other file of the node has; -1 if the file is not open.
  std::array<std::int64_t, 2> identity() const {
    struct stat status {};
    if (file_ < 0 || ::fstat(file_, &status) != 0) return {-1, -1};
    return {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino)};
  }

 private:
  int file_;
};

/// What other processes need to open a file: process, descriptor, and the file's identity.
using Address = std::array<std::int64_t, 4>;
constexpr Address nowhere = {-1, -1, -1, -1};

Address address_of(const MemoryFile& file) {
  const auto [device, number] = file.identity();
  return {::getpid(), file.get(), device, number};
}

/// Opens the file of another process. In another process namespace the address may lead to some other file, even to a
/// pipe or a terminal, which opening must neither wait for nor take over.
int open_at(const Address& address, int mode) {
  return ::open(fmt::format("/proc/{}/fd/{}", address[0], address[1]).c_str(),
                mode | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

bool is_at(const MemoryFile& file, const Address& address) {
  return address != nowhere && file.identity() == std::array{address[2], address[3]};
}

/// The part of the memory that this rank allocates. The system takes it from the memory that is nearest to the rank's
/// core. What all ranks write is thus spread over all parts of a node's memory, and so is the work of reading it.
struct Share {
  Index first = 0;
  Index bytes = 0;
};
Share share_of(Index bytes, const Communicator& node, SharedMemory::Writers writers) {
  if (writers == SharedMemory::Writers::leader) return node.is_root() ? Share{0, bytes} : Share{};
  const Index page = ::sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page;
  const auto begin = [&](Index rank) { return std::min(bytes, pages * rank / node.size() * page); };
  const Index rank = static_cast<Index>(node.rank());
  return {begin(rank), begin(rank + 1) - begin(rank)};
}

}  // namespace

void detail::Unmap::operator()(std::byte* data) const { ::munmap(data, as_size(bytes)); }

SharedMemory::SharedMemory(const Communicator& node, Index bytes, Writers writers) {
  if (bytes == 0) return;
  const bool is_leader = node.is_root();
  const bool writes = is_leader || writers == Writers::all;
  const MemoryFile made(is_leader ? ::memfd_create("fullforce", MFD_CLOEXEC) : -1);
  Address address = is_leader && made.resize(bytes) ? address_of(made) : nowhere;
  node.broadcast(std::span<std::int64_t>(address));
  const MemoryFile file(is_leader ? ::dup(made.get()) : open_at(address, writes ? O_RDWR : O_RDONLY));
  const auto [first, count] = share_of(bytes, node, writers);
  if (is_at(file, address) && file.allocate(first, count)) {
    void* data =
        ::mmap(nullptr, as_size(bytes), writes ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file.get(), 0);
    if (data != MAP_FAILED) data_ = decltype(data_)(static_cast<std::byte*>(data), detail::Unmap{bytes});
  }
  // The leader keeps its file open until all ranks have answered.
  if (node.min(data_ != nullptr ? 1 : 0) == 0) data_.reset();
}

}  // namespace fullforce

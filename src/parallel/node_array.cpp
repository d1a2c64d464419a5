#include "fullforce/parallel/node_array.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

  /// Allocates the memory at once. A process that touches memory which the system does not have would be killed.
  bool allocate(Index bytes) const {
    int error = EINTR;
    while (file_ >= 0 && error == EINTR) error = ::posix_fallocate(file_, 0, bytes);
    return error == 0;
  }

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

/// Opens the file of another process. In another process namespace the address may lead to some other file.
int open_at(const Address& address) {
  return ::open(fmt::format("/proc/{}/fd/{}", address[0], address[1]).c_str(), O_RDONLY | O_CLOEXEC);
}

bool is_at(const MemoryFile& file, const Address& address) {
  return address != nowhere && file.identity() == std::array{address[2], address[3]};
}

}  // namespace

void detail::Unmap::operator()(double* data) const { ::munmap(data, bytes); }

NodeArray::NodeArray(const Communicator& node, Index count, Sharing sharing)
    : size_(count), is_leader_(node.is_root()) {
  if (sharing == Sharing::within_node && count > 0) share(node);
}

void NodeArray::share(const Communicator& node) {
  const Index bytes = size_ * static_cast<Index>(sizeof(double));
  const MemoryFile made(is_leader_ ? ::memfd_create("fullforce", MFD_CLOEXEC) : -1);
  Address address = is_leader_ && made.allocate(bytes) ? address_of(made) : nowhere;
  node.broadcast(std::span<std::int64_t>(address));
  const MemoryFile file(is_leader_ ? ::dup(made.get()) : open_at(address));
  if (is_at(file, address)) {
    void* data =
        ::mmap(nullptr, as_size(bytes), is_leader_ ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file.get(), 0);
    if (data != MAP_FAILED) shared_ = decltype(shared_)(static_cast<double*>(data), detail::Unmap{as_size(bytes)});
  }
  // The leader keeps its file open until all ranks have answered.
  if (node.min(is_shared() ? 1 : 0) == 0) shared_.reset();
}

std::span<double> NodeArray::to_write() {
  if (!is_shared() && own_.size() != size_) own_ = AlignedArray<double>(size_);
  return {is_shared() ? shared_.get() : own_.data(), as_size(size_)};
}

MemoryNeed NodeArray::memory() const {
  const Index bytes = size_ * static_cast<Index>(sizeof(double));
  return is_shared() ? MemoryNeed{0, bytes} : MemoryNeed{bytes, 0};
}

}  // namespace fullforce

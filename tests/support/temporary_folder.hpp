#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// A folder that all ranks share. The first rank removes it. **Collective.**
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const Communicator& comm) : comm_(comm) {
    std::string name = (std::filesystem::temp_directory_path() / "fullforce-XXXXXX").string();
    if (comm.is_root() && !::mkdtemp(name.data())) comm.abort(1, "no temporary folder");
    comm.broadcast(name);
    path_ = name;
  }
  ~TemporaryFolder() {
    comm_.barrier();
    std::error_code ignored;
    if (comm_.is_root()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  const Communicator& comm_;
  std::filesystem::path path_;
};

}  // namespace fullforce

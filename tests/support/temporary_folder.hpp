#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce::test {

/// A folder that all ranks share and the first one removes. **Collective.**
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

/// What `work` threw as an E, as text; "nothing was thrown" or "another kind: ..." otherwise. Never leaves by an
/// exception, so all ranks go on together.
template <class E, class Work>
std::string message_of(const Work& work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another kind: ") + error.what();
  }
  return "nothing was thrown";
}

}  // namespace fullforce::test

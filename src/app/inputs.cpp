#include "inputs.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

std::string read_text(const std::string& path) {
  std::error_code ignored;
  // A folder opens like a file, and only reading it fails.
  require(!std::filesystem::is_directory(path, ignored), "cannot read {}: {}", path, std::strerror(EISDIR));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  require(file.is_open(), "cannot read {}: {}", path, std::strerror(errno));
  std::string text(std::istreambuf_iterator<char>(file), {});
  return text;
}

}  // namespace

std::string read_text_on_root(const Communicator& comm, const std::string& path) {
  std::string text;
  agree(comm, [&] {
    if (comm.is_root()) text = read_text(path);
  });
  comm.broadcast(text);
  return text;
}

std::unique_ptr<Task> agreed_task(const Communicator& comm, const Config& config) {
  std::unique_ptr<Task> task;
  agree(comm, [&] { task = make_task(config.task, config.network.dt, config.run.seed); });
  return task;
}

void require_folder_of(const std::optional<std::string>& file, const char* option) {
  if (!file) return;
  const std::filesystem::path path(*file);
  std::error_code ignored;
  require(!path.has_parent_path() || std::filesystem::is_directory(path.parent_path(), ignored),
          "{} {}: there is no folder {} (make it first)", option, *file, path.parent_path().string());
  require(!std::filesystem::is_directory(path, ignored), "{} {}: is a folder (name a file)", option, *file);
}

void require_another_file(const std::optional<std::string>& file, const char* option, const std::optional<std::string>& other) {
  if (!file || !other) return;
  std::error_code ignored;
  const bool same = std::filesystem::weakly_canonical(*file, ignored) == std::filesystem::weakly_canonical(*other, ignored);
  require(!same, "{} {}: this command needs that file for something else (name another)", option, *file);
}

}  // namespace fullforce

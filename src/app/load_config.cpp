#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli.hpp"
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

Config load_config(const Communicator& comm, const std::string& path, const std::vector<std::string>& settings) {
  std::string text;
  agree(comm, [&] {
    if (comm.is_root()) text = read_text(path);
  });
  comm.broadcast(text);
  return parse_config(text, path, settings);
}

}  // namespace fullforce

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli.hpp"
#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

std::string read_text(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) text.assign(std::istreambuf_iterator<char>(file), {});
  // A folder opens; only reading it fails.
  require(file.good() && errno == 0, "cannot read {}: {}", path, errno != 0 ? std::strerror(errno) : "input error");
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

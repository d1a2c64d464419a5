#include "cli.hpp"
#include "inputs.hpp"

namespace fullforce {

Config load_config(const Communicator& comm, const std::string& path, const std::vector<std::string>& settings) {
  return parse_config(read_text_on_root(comm, path), path, settings);
}

}  // namespace fullforce

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/io/trials_file.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "fullforce/run/network_file.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

/// What is wrong with a file; empty if nothing is.
std::string damage(const Communicator& comm, const fs::path& path) {
  try {
    const Config config = parse_config(read_network_header(comm, path).config, path.string());
    const Layout layout(comm, config.network.neurons);
    if (config.learning.precision == Precision::single_precision)
      verify_network<float>(layout, path);
    else
      verify_network<double>(layout, path);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

void describe_trials(const Communicator& comm, const std::string& path) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    const TrialsData data = read_trials(path);
    const auto [shortest, longest] = std::minmax_element(data.lengths.begin(), data.lengths.end());
    fmt::print("{}: fullforce trials, whole: {} trials of {} to {} steps of {} s; {} input(s), {} output(s), {} hint(s)\n", path,
               data.lengths.size(), *shortest, *longest, data.dt, data.n_in, data.n_out, data.n_hint);
  });
}

/// Returns whether the file is whole.
bool describe_network(const Communicator& comm, const fs::path& path) {
  const NetworkFileHeader header = read_network_header(comm, path);
  const Config config = parse_config(header.config, path.string());
  const std::string problem = damage(comm, path);
  if (!comm.is_root()) return problem.empty();
  fmt::print("{}: fullforce network, {} neurons, {}\n", path.string(), config.network.neurons, problem.empty() ? "whole (all checksums agree)" : "DAMAGED: " + problem);
  fmt::print("provenance:\n{}\nconfiguration:\n{}\n", nlohmann::ordered_json::parse(header.provenance, nullptr, false).dump(2), header.config);
  return problem.empty();
}

void list_line(const Communicator& comm, const fs::path& path) {
  const std::string problem = damage(comm, path);
  if (comm.is_root()) fmt::print("  {:32s} {}\n", path.filename().string(), problem.empty() ? "whole" : "DAMAGED: " + problem);
}

/// Names that the root sees; others may look at a stale folder.
std::vector<fs::path> files_of(const Communicator& comm, const fs::path& folder) {
  std::string names;
  if (comm.is_root()) {
    std::error_code ignored;
    if (fs::exists(folder / "network.h5", ignored)) names += "network.h5\n";
    for (const fs::path& checkpoint : list_checkpoints(folder)) names += checkpoint.filename().string() + '\n';
  }
  comm.broadcast(names);
  std::vector<fs::path> files;
  for (std::size_t begin = 0; begin < names.size(); begin = names.find('\n', begin) + 1)
    files.push_back(folder / names.substr(begin, names.find('\n', begin) - begin));
  return files;
}

}  // namespace

int info_command(const Communicator& comm, const InfoArguments& arguments) {
  std::int64_t folder = 0;
  std::string format;
  agree(comm, [&] {
    std::error_code ignored;
    if (!comm.is_root()) return;
    require(fs::exists(arguments.path, ignored), "{}: there is no such file or folder", arguments.path);
    folder = fs::is_directory(arguments.path, ignored) ? 1 : 0;
    if (folder == 0) format = file_format(arguments.path);
  });
  comm.broadcast(format);
  if (comm.max(folder) == 0) {
    if (format != "fullforce-trials") return describe_network(comm, arguments.path) ? 0 : 1;
    describe_trials(comm, arguments.path);
    return 0;
  }
  const std::vector<fs::path> files = files_of(comm, arguments.path);
  require(!files.empty(), "{}: holds no network.h5 and no checkpoint", arguments.path);
  if (comm.is_root()) fmt::print("{}:\n", arguments.path);
  for (const fs::path& file : files) list_line(comm, file);
  return 0;
}

}  // namespace fullforce

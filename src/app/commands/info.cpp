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
#include "run_folder.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

void describe_trials(const Communicator& comm, const std::string& path) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    const TrialsData data = read_trials(path);
    const auto [shortest, longest] = std::minmax_element(data.lengths.begin(), data.lengths.end());
    fmt::print(
        "{}: fullforce trials, whole: {} trials of {} to {} steps of {} s; {} input(s), {} output(s), {} hint(s)\n",
        path, data.lengths.size(), *shortest, *longest, data.dt, data.n_in, data.n_out, data.n_hint);
  });
}

/// Returns whether the file is whole.
bool describe_network(const Communicator& comm, const fs::path& path) {
  const std::string damage = damage_of(comm, path);
  if (!damage.empty()) {
    if (comm.is_root()) fmt::print("{}: fullforce network, DAMAGED: {}\n", path.string(), damage);
    return false;
  }
  const NetworkFileHeader header = read_network_header(comm, path);
  const Config config = parse_config(header.config, path.string());
  if (!comm.is_root()) return true;
  fmt::print("{}: fullforce network, {} neurons, step {}, whole (all checksums agree)\n", path.string(),
             config.network.neurons, header.step);
  fmt::print("provenance:\n{}\nconfiguration:\n{}\n",
             nlohmann::ordered_json::parse(header.provenance, nullptr, false).dump(2), header.config);
  return true;
}

void list_line(const fs::path& path, const std::string& what) {
  fmt::print("  {:32s} {}\n", path.filename().string(), what);
}

/// Returns whether the file is whole.
bool list_network(const Communicator& comm, const fs::path& path) {
  const std::string problem = damage_of(comm, path);
  // If a run is at work in this folder, it may remove old checkpoints at any time.
  std::error_code ignored;
  const bool here = comm.max(std::int64_t{comm.is_root() && fs::exists(path, ignored)}) != 0;
  if (comm.is_root() && here) list_line(path, problem.empty() ? "whole" : "DAMAGED: " + problem);
  return problem.empty() || !here;
}

void list_leftovers(const fs::path& folder) {
  for (const fs::path& path : unfinished_files(folder))
    list_line(path, "unfinished: being written, or left by a run that was killed");
  for (const fs::path& path : put_aside_checkpoints(folder))
    list_line(path, "a damaged checkpoint that a restart has put aside");
}

/// Returns whether all of the folder's networks and checkpoints are whole.
bool list_folder(const Communicator& comm, const fs::path& folder) {
  const std::vector<fs::path> files = network_files(comm, folder);
  require(!files.empty(), "{}: holds no network.h5 and no checkpoint", folder.string());
  if (comm.is_root()) fmt::print("{}:\n", folder.string());
  bool whole = true;
  for (const fs::path& file : files) whole = list_network(comm, file) && whole;
  if (comm.is_root()) list_leftovers(folder);
  return whole;
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
    if (format == "fullforce-network") return describe_network(comm, arguments.path) ? 0 : 1;
    require(format.starts_with("fullforce-"), "{}: is no file of fullforce, or its beginning is damaged",
            arguments.path);
    if (format != "fullforce-trials") {
      if (comm.is_root()) fmt::print("{}: {} (without checksums of its own)\n", arguments.path, format);
      return 0;
    }
    describe_trials(comm, arguments.path);
    return 0;
  }
  return list_folder(comm, arguments.path) ? 0 : 1;
}

}  // namespace fullforce

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/format_version.hpp"
#include "fullforce/io/recording_file.hpp"
#include "fullforce/io/trials_file.hpp"
#include "fullforce/io/unfinished_file.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/network_file.hpp"
#include "result_stream.hpp"
#include "run_folder.hpp"
#include "trials_text.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

constexpr const char* whole = "whole";
constexpr const char* unfinished = "unfinished: being written, or left by a run that was killed";

bool is_unfinished(const fs::path& path) {
  const std::vector<Leftover> leftovers = leftovers_in(path.parent_path());
  return std::any_of(leftovers.begin(), leftovers.end(),
                     [&](const Leftover& leftover) { return leftover.path.filename() == path.filename(); });
}

void describe_trials(const Communicator& comm, ResultStream& out, const std::string& path) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    out.print(trials_text(path, read_trials(path)));
  });
}

/// Returns whether the file is whole.
bool describe_network(const Communicator& comm, ResultStream& out, const fs::path& path) {
  const std::string damage = damage_of(comm, path);
  if (!damage.empty()) {
    out.print(fmt::format("{}: fullforce network, DAMAGED: {}\n", path.string(), damage));
    return false;
  }
  const NetworkFileHeader header = read_network_header(comm, path);
  const Config config = parse_sealed_config(header.config, path.string());
  out.print(fmt::format("{}: fullforce network, {} neurons, step {}, whole (all checksums agree)\n", path.string(),
                        config.network.neurons, header.step));
  if (!header.source.empty()) out.print(fmt::format("training started from the weights of {}\n", header.source));
  out.print(fmt::format("provenance:\n{}\nconfiguration:\n{}\n", json_text(json_of(header.provenance)), header.config));
  return true;
}

void list_line(ResultStream& out, const fs::path& path, const std::string& what) {
  out.print(fmt::format("  {:32s} {}\n", path.filename().string(), what));
}

/// Says in a few words whether a network file is whole, and if not, why.
std::string state_of(const Communicator& comm, const fs::path& path) {
  try {
    const std::string damage = damage_of(comm, path);
    return damage.empty() ? whole : "DAMAGED: " + damage;
  } catch (const std::runtime_error& error) {  // an InputError or a RunError
    return std::string("not readable: ") + error.what();
  }
}

/// Returns whether the file is whole.
bool list_network(const Communicator& comm, ResultStream& out, const fs::path& path) {
  const std::string state = state_of(comm, path);
  // If a run is at work in this folder, it may remove old checkpoints at any time. A link to nothing is still there.
  std::error_code ignored;
  const bool here = comm.max(std::int64_t{comm.is_root() && fs::exists(fs::symlink_status(path, ignored))}) != 0;
  if (here) list_line(out, path, state);
  return state == whole || !here;
}

void list_leftovers(ResultStream& out, const fs::path& folder) {
  for (const fs::path& path : unfinished_files(folder)) list_line(out, path, unfinished);
  for (const fs::path& path : put_aside_checkpoints(folder))
    list_line(out, path, "a damaged checkpoint that a restart has put aside");
}

/// Returns whether all of the folder's networks and checkpoints are whole.
bool list_folder(const Communicator& comm, ResultStream& out, const fs::path& folder) {
  const std::vector<fs::path> files = network_files(comm, folder);
  require(!files.empty(), "{}: holds no network.h5 and no checkpoint", folder.string());
  out.print(fmt::format("{}:\n", folder.string()));
  bool all_whole = true;
  for (const fs::path& file : files) all_whole = list_network(comm, out, file) && all_whole;
  if (comm.is_root()) list_leftovers(out, folder);
  return all_whole;
}

/// Returns the exit code.
int describe(const Communicator& comm, ResultStream& out, const InfoArguments& arguments) {
  std::int64_t folder = 0;
  std::string format;
  agree(comm, [&] {
    std::error_code ignored;
    if (!comm.is_root()) return;
    folder = fs::is_directory(arguments.path, ignored) ? 1 : 0;
    if (folder == 0) format = is_unfinished(arguments.path) ? unfinished : file_format(arguments.path);
  });
  comm.broadcast(format);
  if (comm.max(folder) == 0) {
    if (format == "fullforce-network") return describe_network(comm, out, arguments.path) ? 0 : 1;
    if (format == unfinished) {
      out.print(fmt::format("{}: {}\n", arguments.path, unfinished));
      return 1;
    }
    require(format.starts_with("fullforce-"), "{}: is an HDF5 file, but none of fullforce", arguments.path);
    if (format != "fullforce-trials") {
      agree(comm, [&] {
        if (comm.is_root()) refuse_newer_file(arguments.path);
      });
      out.print(fmt::format("{}: {} (without checksums of its own)\n", arguments.path, format));
      return 0;
    }
    describe_trials(comm, out, arguments.path);
    return 0;
  }
  return list_folder(comm, out, arguments.path) ? 0 : 1;
}

}  // namespace

int info_command(const Communicator& comm, const InfoArguments& arguments) {
  ResultStream out(comm);
  const int code = describe(comm, out, arguments);
  out.finish();
  return code;
}

}  // namespace fullforce

#include "run_folder.hpp"

#include <unistd.h>

#include "fullforce/base/check.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "fullforce/run/network_file.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

bool may_change(const std::string& key) {
  return key == "run.output" || key == "run.train_trials" || key == "run.test_trials" || key.starts_with("checkpoint.");
}

/// The run in `file` must be this one.
Config require_same_run(const Communicator& comm, const Config& config, const fs::path& file) {
  const Config saved = parse_config(read_network_header(comm, file).config, file.string());
  std::string differences;
  for (const ConfigDifference& difference : config_differences(saved, config))
    if (!may_change(difference.key)) differences += fmt::format("\n  {} = {} in the file, {} now", difference.key, difference.first, difference.second);
  require(differences.empty(), "{} belongs to a run with another configuration:{}\nUse another --output, or restore the keys", file.string(), differences);
  require(config.run.train_trials >= saved.run.train_trials, "run.train_trials = {} is fewer than the {} of the run in {}", config.run.train_trials,
          saved.run.train_trials, file.string());
  return saved;
}

/// A path that the root finds, on every rank; empty where there is none.
fs::path found_by_root(const Communicator& comm, const std::function<fs::path()>& look) {
  std::string text;
  if (comm.is_root()) text = look().string();
  comm.broadcast(text);
  return text;
}

fs::path newest_checkpoint(const fs::path& folder) {
  const std::vector<fs::path> all = list_checkpoints(folder);
  return all.empty() ? fs::path() : all.front();
}

fs::path if_present(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored) ? file : fs::path();
}

}  // namespace

RunStart find_start(const Communicator& comm, const Config& config, const std::string& restart) {
  const fs::path folder = config.run.output;
  if (restart == "never") {
    agree(comm, [&] {
      std::error_code ignored;
      require(!comm.is_root() || !fs::is_directory(folder, ignored) || fs::is_empty(folder, ignored),
              "--restart never, but {} is not empty (empty it, or give another --output)", folder.string());
    });
    return {};
  }
  if (restart != "auto") {
    require_same_run(comm, config, restart);
    return {false, restart};
  }
  // A run is finished once its summary is written, which is last.
  const fs::path network = found_by_root(comm, [&] { return if_present(folder / "summary.json").empty() ? fs::path() : if_present(folder / "network.h5"); });
  if (!network.empty()) {
    const Config saved = require_same_run(comm, config, network);
    if (saved.run.train_trials == config.run.train_trials) return {true, {}};
    return {false, network};
  }
  const fs::path checkpoint = found_by_root(comm, [&] { return newest_checkpoint(folder); });
  if (checkpoint.empty()) return {};
  require_same_run(comm, config, checkpoint);
  return {false, checkpoint};
}

void prepare_folder(const Communicator& comm, const fs::path& folder) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    std::error_code error;
    require(!fs::exists(folder, error) || fs::is_directory(folder, error), "the output folder {} is a file (give another --output)", folder.string());
    fs::create_directories(folder, error);
    require(!error, "cannot make the output folder {}: {} (give another --output)", folder.string(), error.message());
    require(access(folder.c_str(), W_OK) == 0, "the output folder {} is not writable (give another --output)", folder.string());
  });
}

}  // namespace fullforce

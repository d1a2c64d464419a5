#include "run_folder.hpp"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fullforce/base/check.hpp"
#include "fullforce/io/readable_file.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "fullforce/run/network_file.hpp"
#include "fullforce/run/provenance.hpp"
#include "inputs.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

/// The run that is asked for.
struct WantedRun {
  const Config& config;
  const TrialsFingerprints& trials;
};

bool is_same_file(const std::string& fingerprint, const std::string& other) {
  return !fingerprint.empty() && fingerprint == other;
}

/// Whether a key may differ from that of the run in a file. The path of a trials file may, since their content is
/// compared.
bool may_change(const std::string& key, const TrialsFingerprints& saved, const TrialsFingerprints& wanted) {
  return key == "run.output" || key == "run.train_trials" || key == "run.test_trials" ||
         key.starts_with("checkpoint.") || (key == "task.file" && is_same_file(saved.learned, wanted.learned)) ||
         (key == "task.test_file" && is_same_file(saved.tested, wanted.tested));
}

/// Throws InputError unless the run in `file` learned from the trials that this one learns from, and is tested on the
/// same. Files of older programs do not say what they learned from.
void require_same_trials(const NetworkFileHeader& header, const WantedRun& run, const fs::path& file) {
  const auto expect = [&](const std::string& saved, const std::string& wanted, const std::string& path,
                          const char* use) {
    require(saved.empty() || wanted.empty() || saved == wanted,
            "the trials file {} has another content (fingerprint {}) than the one that the run in {} {} (fingerprint "
            "{}): give the former trials, or another --output",
            path, wanted, file.string(), use, saved);
  };
  expect(header.trials.learned, run.trials.learned, run.config.task.file, "learns from");
  expect(header.trials.tested, run.trials.tested, run.config.task.test_file, "is tested on");
}

/// Throws InputError unless the run in `file`, which has this header, is the one that is asked for. Returns its
/// configuration.
Config require_same_run(const NetworkFileHeader& header, const WantedRun& run, const fs::path& file) {
  const Config saved = parse_sealed_config(header.config, file.string());
  const Config& config = run.config;
  std::string differences;
  for (const ConfigDifference& difference : config_differences(saved, config))
    if (!may_change(difference.key, header.trials, run.trials))
      differences +=
          fmt::format("\n  {} = {} in the file, {} now", difference.key, difference.first, difference.second);
  if (saved.task.name == config.task.name) require_same_trials(header, run, file);
  require(differences.empty(),
          "{} belongs to a run with another configuration:{}\nUse another --output, or restore the keys", file.string(),
          differences);
  require(config.run.train_trials >= saved.run.train_trials,
          "run.train_trials = {} is fewer than the {} of the run in {}", config.run.train_trials,
          saved.run.train_trials, file.string());
  return saved;
}

/// A file that the run may go on from.
struct Candidate {
  fs::path path;
  Index step = 0;
  /// Whether going on from the file gives what one uninterrupted run would give, as far as that can be told.
  bool exact = true;
  std::string damage;  ///< why the header cannot be read; empty if it can
};

bool is_network(const fs::path& path) { return path.filename() == "network.h5"; }

bool holds_summary(const Communicator& comm, const fs::path& folder) {
  std::error_code ignored;
  return comm.max(std::int64_t{comm.is_root() && fs::exists(folder / "summary.json", ignored)}) != 0;
}

/// Whether a run with the trials of `config` goes through the state in the file. If the run that wrote the file had
/// fewer trials, it left that way where a stream found no trial left, or where it applied its pending updates at its
/// end.
bool goes_on_exactly(const NetworkFileHeader& header, const Config& saved, const Config& config, const fs::path& path) {
  return saved.run.train_trials == config.run.train_trials || (header.idle_steps == 0 && !is_network(path));
}

/// Reads at which step a file stands. If its header is damaged, the step comes from the file's name. Only the names of
/// checkpoints have a step. Throws if the header cannot be read for another reason: the file may be good, and the run
/// would write over it.
Candidate read_candidate(const Communicator& comm, const WantedRun& run, const fs::path& path) {
  try {
    const NetworkFileHeader header = read_network_header(comm, path);
    const bool exact = goes_on_exactly(header, parse_sealed_config(header.config, path.string()), run.config, path);
    return {path, header.step, exact, {}};
  } catch (const InputError& error) {
    damage_of(comm, path);
    return {path, checkpoint_step(path), true, error.what()};
  }
}

/// The files to go on from. Those that lead exactly where an uninterrupted run would come first, the furthest of them
/// in front. The others follow.
std::vector<Candidate> candidates_in(const Communicator& comm, const WantedRun& run) {
  std::vector<Candidate> found;
  for (const fs::path& path : network_files(comm, run.config.run.output))
    found.push_back(read_candidate(comm, run, path));
  std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(a.exact, a.step) > std::pair(b.exact, b.step);
  });
  return found;
}

/// Whether `file` is the network of the output folder, by whatever path it is named.
bool is_network_of(const Communicator& comm, const fs::path& folder, const fs::path& file) {
  std::error_code ignored;
  return comm.max(std::int64_t{comm.is_root() && fs::equivalent(file, folder / "network.h5", ignored)}) != 0;
}

RunStart start_from(const Communicator& comm, const WantedRun& run, const Candidate& candidate) {
  const Config& config = run.config;
  const fs::path& file = candidate.path;
  RunStart start;
  start.from = file;
  const NetworkFileHeader header = read_network_header(comm, file);
  start.weights = {header.source, header.learned_trials.value_or(std::vector<std::int64_t>{})};
  const Config saved = require_same_run(header, run, file);
  if (!candidate.exact)
    start.warnings.push_back(
        fmt::format("{} is the end of {} trials: going on from it is not, bit for bit, one run of {} trials",
                    file.string(), saved.run.train_trials, config.run.train_trials));
  if (const std::string build = other_build(header.provenance); !build.empty())
    start.warnings.push_back(fmt::format(
        "{} comes from another build of this program ({}): going on may give other bits than one run of one "
        "build",
        file.string(), build));
  start.extends = saved.run.train_trials != config.run.train_trials;
  start.trained = !start.extends && is_network_of(comm, config.run.output, file);
  return start;
}

/// Throws InputError unless all files in the output folder come from the run that goes on from `file`, and none of them
/// is further on. Otherwise the files to come would mix with them.
void require_room_for(const Communicator& comm, const WantedRun& run, const fs::path& file) {
  const Index step = read_network_header(comm, file).step;
  for (const Candidate& other : candidates_in(comm, run)) {
    require(other.step <= step,
            "--restart {} is at step {}, but {} is further on (give another --output, or move it away)", file.string(),
            step, other.path.string());
    if (damage_of(comm, other.path).empty()) require_same_run(read_network_header(comm, other.path), run, other.path);
  }
}

/// Finds the furthest whole file of the folder.
RunStart find_in_folder(const Communicator& comm, const WantedRun& run, const fs::path& folder) {
  RunStart passed;
  const std::vector<Candidate> candidates = candidates_in(comm, run);
  for (const Candidate& candidate : candidates) {
    const std::string damage = damage_of(comm, candidate.path);
    if (damage.empty()) {
      RunStart start = start_from(comm, run, candidate);
      start.finished = start.trained && holds_summary(comm, folder);
      start.damaged = std::move(passed.damaged);
      start.warnings.insert(start.warnings.begin(), passed.warnings.begin(), passed.warnings.end());
      // Files whose headers cannot be read come last, and the run does not look at them any more.
      for (const Candidate& other : candidates)
        if (&other > &candidate && !other.damage.empty())
          start.warnings.push_back(fmt::format("passed over: {}", other.damage));
      return start;
    }
    if (!is_network(candidate.path)) passed.damaged.push_back(candidate.path);
    passed.warnings.push_back(fmt::format("passed over: {}", damage));
  }
  if (passed.warnings.empty()) return {};
  throw RunError(
      fmt::format("{} holds a run, but nothing whole to go on from:\n  {}\nNothing was changed. Give another --output "
                  "to start anew",
                  folder.string(), fmt::join(passed.warnings, "\n  ")));
}

/// Says what a path is that is neither a file nor free.
const char* kind_of(fs::file_type type) {
  if (type == fs::file_type::directory) return "folder";
  return type == fs::file_type::fifo ? "pipe" : "device";
}

/// Throws InputError if a folder, a pipe or a device has the name of a file that the run will write. It is called
/// before anything is computed, because some of these files are written only at the end.
void require_no_others_in_the_way(const Communicator& comm, const fs::path& folder) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    std::error_code ignored;
    for (const char* name : {"network.h5", "summary.json", "metrics.csv", "log.txt"}) {
      const fs::file_type type = fs::status(folder / name, ignored).type();
      require(type == fs::file_type::regular || !fs::exists(fs::status(folder / name, ignored)),
              "{} is a {}, and this run would write a file of that name (move it away)", (folder / name).string(),
              kind_of(type));
    }
  });
}

/// Throws InputError if there is a folder that cannot be listed. It would otherwise seem to be empty.
void require_readable_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error) && (!error || error == std::errc::no_such_file_or_directory)) return;
  if (!error) fs::directory_iterator(folder, error);
  require(!error, "{}", error ? why_unreadable(folder, error.value()) : "");
}

}  // namespace

std::vector<fs::path> network_files(const Communicator& comm, const fs::path& folder) {
  agree(comm, [&] {
    if (comm.is_root()) require_readable_folder(folder);
  });
  std::string names;  // from the root, because other ranks may see a stale folder
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

RunStart find_start(const Communicator& comm, const Config& config, const TrialsFingerprints& trials,
                    const std::string& restart) {
  const WantedRun run{config, trials};
  const fs::path folder = config.run.output;
  require_no_others_in_the_way(comm, folder);
  if (restart == "auto") return find_in_folder(comm, run, folder);
  if (restart == "never") {
    agree(comm, [&] {
      std::error_code ignored;
      require(!comm.is_root() || !fs::is_directory(folder, ignored) || fs::is_empty(folder, ignored),
              "--restart never, but {} is not empty (empty it, or give another --output)", folder.string());
    });
    return {};
  }
  require_network_file(comm, restart);
  const RunStart start = start_from(comm, run, read_candidate(comm, run, restart));
  const std::string damage = damage_of(comm, restart);
  require(damage.empty(), "--restart {}", damage);
  require_room_for(comm, run, restart);
  return start;
}

void prepare_folder(const Communicator& comm, const fs::path& folder) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    std::error_code error;
    require(!fs::exists(folder, error) || fs::is_directory(folder, error),
            "the output folder {} is a file (give another --output)", folder.string());
    fs::create_directories(end_of_links(folder.string(), "the output folder"), error);
    require(!error, "cannot make the output folder {}: {} (give another --output)", folder.string(), error.message());
    // The kernel is asked and not the permission bits, because a file system may be mounted for reading only.
    const int reason = access(folder.c_str(), W_OK) == 0 ? 0 : errno;
    require(reason == 0, "the output folder {} is not writable: {} (give another --output)", folder.string(),
            std::strerror(reason));
  });
}

void tidy_folder(const Communicator& comm, const fs::path& folder, const RunStart& start, bool alone) {
  if (!comm.is_root()) return;
  remove_leftovers(folder, alone);
  for (const fs::path& checkpoint : start.damaged) put_aside(checkpoint);
}

}  // namespace fullforce

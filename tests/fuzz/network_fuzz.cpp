// The readers of network files and checkpoints. An input is a file as it is, if it begins like one. Otherwise it is a
// text whose lines change the checkpoint of a small run:
//
//     base dense|sparse|low-rank|modes|force    the run; it stands in the first line
//     config KEY VALUE                          a key of the configuration that the file holds
//     stale                                     the checksums of datasets stay as they were
//     forge POSITION NUMBER                     a number of the seal, which then gets the right checksum
//     ...                                       any line of hdf5_edits.hpp
//
// The file is sealed after the changes to its HDF5 objects, and before those to its bytes.
#include <array>
#include <map>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "fullforce/base/check.hpp"
#include "fullforce/config/config.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/run/network_file.hpp"
#include "fullforce/run/session.hpp"
#include "fuzz_target.hpp"
#include "hdf5_edits.hpp"
#include "network_edits.hpp"
#include "scratch_folder.hpp"
#include "words.hpp"

namespace fullforce {
namespace {

const ScratchFolder& folder() {
  static const ScratchFolder folder;
  return folder;
}

const Communicator& world() {
  static const Communicator comm = Communicator::world();
  return comm;
}

constexpr std::array<std::string_view, 5> bases = {"dense", "sparse", "low-rank", "modes", "force"};

constexpr std::array<const char*, 5> keys_of_bases = {
    "[task]\nname = \"ready-set-go\"\n",
    "[network]\nin_degree = 2\n[learning]\nprecision = \"single\"\n",
    "[learning]\nfeatures = \"low-rank\"\nmax_rank = 3\n",
    "[learning]\ntarget_modes = 2\n",
    "[learning]\nrule = \"force\"\n",
};

constexpr const char* keys_of_all = "network.neurons=5";

SessionOptions session_options(const Config& config) {
  return {config.network, config.learning, config.run.streams, config.run.seed};
}

/// The checkpoint of a run after a few steps.
std::string make_base(std::size_t kind) {
  const Config config = parse_config(
      keys_of_bases[kind], "base.toml",
      {keys_of_all, "network.dt=0.01", "network.tau=0.1", "run.streams=2", "run.init_trials=1", "learning.panel=4"});
  const std::unique_ptr<Task> task = make_task(config.task, config.network.dt, config.run.seed);
  const std::filesystem::path path = folder() / "base.h5";
  with_scalar(config.learning.precision, [&](auto scalar) {
    Session<decltype(scalar)> session(world(), *task, session_options(config), true);
    session.start_training(training_schedule(config.run), config.run.seed);
    const Index steps = 400;
    for (Index k = 0; k < steps; ++k) session.simulation().step();
    session.save(path, {.config = dump_config(config), .provenance = "{}"}, true);
  });
  return bytes_of_file(path);
}

const std::string& base(std::size_t kind) {
  static std::map<std::size_t, std::string> made;
  const auto found = made.find(kind);
  return found != made.end() ? found->second : made.emplace(kind, make_base(kind)).first->second;
}

bool is_a_file(std::string_view input) { return input.starts_with("fullforce seal") || input.starts_with("\x89HDF"); }

void write_input(const std::filesystem::path& path, std::string_view input) {
  if (is_a_file(input)) return write_file(path, input);
  std::vector<std::string_view> lines = lines_of(input);
  Words first(lines.empty() ? std::string_view() : lines[0]);
  first.next();
  write_file(path, base(choice_of(first.next(), bases)));
  NetworkEdits edits(path);
  for (const std::string_view line : lines) edits.before_sealing(line);
  edits.seal();
  for (const std::string_view line : lines) edits.after_sealing(line);
}

/// Sessions beyond these sizes would take time and memory, and no reader has seen a byte of the file by then.
bool is_small(const Config& config) {
  return config.network.neurons <= 32 && config.learning.max_rank <= 1024 && config.learning.target_modes <= 32 &&
         config.network.dt >= 1e-3 && config.task.name != "file";
}

/// A run that goes on from a file with other numbers in it may diverge, and says so without the name of the file.
template <class T>
void go_on(Session<T>& session) {
  try {
    if (!session.simulation().finished()) session.simulation().step();
  } catch (const RunError&) {
  }
}

/// Loads the file as a test does, and as a restart does.
void load(const Config& config, const Task& task, const std::filesystem::path& path, bool has_pending) {
  with_scalar(config.learning.precision, [&](auto scalar) {
    using T = decltype(scalar);
    Session<T> tested(world(), task, session_options(config), has_pending);
    tested.load(path);
    tested.flush();
    Session<T> trained(world(), task, session_options(config), true);
    trained.start_training(training_schedule(config.run), config.run.seed);
    trained.load(path);
    go_on(trained);
  });
}

}  // namespace

std::string try_input(std::string_view input) {
  const std::filesystem::path path = folder() / "fuzz.h5";
  write_input(path, input);
  try {
    const std::string damage = damage_of(world(), path);
    if (!damage.empty()) refusal(damage, path.string());
    const NetworkFileHeader header = read_network_header(world(), path);
    const Config config = parse_config(header.config, path.string());
    if (!is_small(config)) return {};
    const std::unique_ptr<Task> task = make_task(config.task, config.network.dt, config.run.seed);
    load(config, *task, path, header.has_pending);
    return {};
  } catch (const InputError& error) {
    return refusal(error.what(), path.string());
  } catch (const RunError& error) {
    return refusal(error.what(), path.string());
  }
}

}  // namespace fullforce

#include "inputs.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "fullforce/base/check.hpp"
#include "fullforce/base/standard_streams.hpp"
#include "fullforce/io/file_descriptor.hpp"
#include "fullforce/io/output_place.hpp"
#include "fullforce/io/partners_file.hpp"
#include "fullforce/io/recording_file.hpp"
#include "neuron_targets_check.hpp"

namespace fullforce {
namespace {

constexpr std::size_t most_bytes = 16 << 20;  // limit of a text, because the path may name a device that never ends
constexpr int longest_silence = 10'000;       // in ms, the longest wait for a pipe's writer

bool is_pipe(const FileDescriptor& file) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && S_ISFIFO(status.st_mode);
}

/// Reads a text. A configuration may come through a pipe, as from the shell's <( ).
std::string read_text(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const FileDescriptor file(path, O_RDONLY | O_NONBLOCK);
  require(file.is_open(), "cannot read {}: {}", path, std::strerror(errno));
  std::string text;
  std::array<char, 4096> part;
  while (true) {
    const ssize_t bytes = ::read(file.get(), part.data(), part.size());
    if (bytes > 0) text.append(part.data(), as_size(bytes));
    require(text.size() <= most_bytes, "cannot read {}: longer than {} bytes (name a configuration)", path, most_bytes);
    if (bytes > 0) continue;
    // A pipe seems to be at its end until its writer has opened it, so an empty pipe is waited for.
    if (bytes == 0 && !(text.empty() && is_pipe(file))) return text;
    require(bytes == 0 || errno == EAGAIN, "cannot read {}: {}", path, std::strerror(errno));
    pollfd ready{file.get(), POLLIN, 0};
    require(::poll(&ready, 1, longest_silence) > 0, "cannot read {}: nobody writes into this pipe", path);
  }
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

void require_network_file(const Communicator& comm, const std::string& path) {
  agree(comm, [&] {
    if (!comm.is_root()) return;
    std::error_code ignored;
    require(!std::filesystem::is_directory(path, ignored),
            "{}: is a folder (name the network.h5 or a checkpoint in it)", path);
    const std::string format = file_format(path);
    require(format != "fullforce-trials",
            "{}: is a trials file, not a network (give a network.h5 or a checkpoint; trials go into task.file)", path);
    require(!format.empty(), "{}: is an HDF5 file, but none of fullforce (give a network.h5 or a checkpoint)", path);
    require(format == "fullforce-network",
            "{}: is a file of format \"{}\", not a network (give a network.h5 or a checkpoint)", path, format);
  });
}

std::unique_ptr<Task> agreed_task(const Communicator& comm, const Config& config) {
  std::unique_ptr<Task> task = make_task(comm, config.task, config.network.dt, config.run.seed);
  agree(comm, [&] {
    require_neuron_targets(config, *task, config.task.file);
    if (&task->for_tests() != task.get()) require_neuron_targets(config, task->for_tests(), config.task.test_file);
  });
  return task;
}

Workload workload_of(const Config& config, const Task& task) {
  return {{config.network, config.learning, config.run.streams, config.run.seed, config.task.reset,
           target_source(config.task)},
          task.channels()};
}

void check_partners(const Communicator& comm, const Config& config) {
  const LearningOptions& learning = config.learning;
  const bool is_used = learning.features == FeatureKind::sparse && learns_recurrent(learning.rule) &&
                       config.run.start_from.empty() && !learning.partners.empty();
  agree(comm, [&] {
    if (!is_used || !comm.is_root()) return;
    const Index neurons = config.network.neurons, group = std::min(learning.group, neurons);
    PartnersFile(learning.partners,
                 {neurons, (neurons + group - 1) / group, std::min(learning.plastic_in_degree, neurons)})
        .check();
  });
}

void warn(const Communicator& comm, const std::vector<std::string>& warnings) {
  if (!comm.is_root()) return;
  for (const std::string& warning : warnings) complain(fmt::format("fullforce: warning: {}\n", warning));
}

std::optional<std::string> trials_file(const Config& config) {
  if (config.task.name != "file") return std::nullopt;
  return config.task.file;
}

std::optional<std::string> test_file(const Config& config) {
  if (config.task.name != "file" || config.task.test_file.empty()) return std::nullopt;
  return config.task.test_file;
}

std::filesystem::path end_of_links(const std::string& path, const char* name) {
  try {
    return output_place(path).path;
  } catch (const RunError& error) {
    throw InputError(fmt::format("{} {}", name, error.what()));
  }
}

void require_file(const std::optional<std::string>& file, const char* option) {
  require(!file || leads_to_a_file(*file), "{} {}: is a pipe or a device (HDF5 needs a file; name one)", option,
          file.value_or(""));
}

void require_output(const std::optional<std::string>& file, const char* option,
                    std::initializer_list<std::optional<std::string>> others) {
  if (!file) return;
  const std::filesystem::path path = end_of_links(*file, option);
  std::error_code ignored;
  require(!path.has_parent_path() || std::filesystem::is_directory(path.parent_path(), ignored),
          "{} {}: there is no folder {} (make it first)", option, *file, path.parent_path().string());
  require(!std::filesystem::is_directory(path, ignored), "{} {}: is a folder (name a file)", option, *file);
  const auto is_same = [&](const std::optional<std::string>& other) {
    return other &&
           std::filesystem::weakly_canonical(path, ignored) == std::filesystem::weakly_canonical(*other, ignored);
  };
  require(std::none_of(others.begin(), others.end(), is_same),
          "{} {}: this command needs that file for something else (name another)", option, *file);
}

}  // namespace fullforce

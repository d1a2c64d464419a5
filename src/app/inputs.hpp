#pragma once
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fullforce/config/config.hpp"
#include "fullforce/forecast/workload.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// The text of a file, which only the root reads. Throws InputError if it cannot be read. **Collective.**
std::string read_text_on_root(const Communicator& comm, const std::string& path);

/// Throws InputError if a file that the command line names as a network or a checkpoint is something else. The message
/// says what it is. **Collective.**
void require_network_file(const Communicator& comm, const std::string& path);

/// The task of the configuration, with its trials file read. Throws InputError on every rank or on none.
/// **Collective.**
std::unique_ptr<Task> agreed_task(const Communicator& comm, const Config& config);

/// What the cost of a step of the configuration depends on.
Workload workload_of(const Config& config, const Task& task);

/// Throws InputError on every rank unless the file of partners, if the configuration names one that training would use,
/// fits the network. The root reads all of it. **Collective.**
void check_partners(const Communicator& comm, const Config& config);

/// Prints warnings on stderr, from the root, each on a line.
void warn(const Communicator& comm, const std::vector<std::string>& warnings);

/// The trials file that the task of the configuration reads, if it reads one.
std::optional<std::string> trials_file(const Config& config);

/// The trials file of its tests, if it has one of its own.
std::optional<std::string> test_file(const Config& config);

/// Where an output goes once symbolic links are followed; it need not exist yet. `name` is what messages call it.
/// Throws InputError if the links cannot be followed.
std::filesystem::path end_of_links(const std::string& path, const char* name);

/// Throws InputError if an output that `option` names would go into a pipe or a device, where it must be a file.
void require_file(const std::optional<std::string>& file, const char* option);

/// Checks, before anything runs, a file that the command line names as an output with `option`. The file must have a
/// folder to go to, also where it is reached by symbolic links. It must not be one of the `others` that the command
/// reads or writes, by whatever path they are named. Throws InputError otherwise.
void require_output(const std::optional<std::string>& file, const char* option,
                    std::initializer_list<std::optional<std::string>> others = {});

}  // namespace fullforce

#pragma once
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "fullforce/config/config.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// The text of a file, which only the root reads. Throws InputError. **Collective.**
std::string read_text_on_root(const Communicator& comm, const std::string& path);

/// A file named on the command line as a network or checkpoint must not be something else. Throws InputError that says
/// what it is.
/// **Collective.**
void require_network_file(const Communicator& comm, const std::string& path);

/// The configuration's task, whose files every rank reads. Throws InputError on every rank or on none. **Collective.**
std::unique_ptr<Task> agreed_task(const Communicator& comm, const Config& config);

/// The trials file that the configuration's task reads, if it reads one.
std::optional<std::string> trials_file(const Config& config);

/// Before anything runs: a file named on the command line as an output (by `option`) must have a folder to go to, and
/// be none of the `others` that the command reads or writes, by whatever path. Throws InputError.
void require_output(const std::optional<std::string>& file, const char* option,
                    std::initializer_list<std::optional<std::string>> others = {});

}  // namespace fullforce

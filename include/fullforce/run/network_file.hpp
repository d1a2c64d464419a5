#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

class Archive;

/// What a network file says about itself.
struct NetworkFileHeader {
  std::string config;        ///< effective TOML
  std::string provenance;    ///< JSON text
  Index step = 0;            ///< read only: of the run, when the file was written
  Index idle_steps = 0;      ///< read only: since a stream first had no trial left
  bool has_pending = false;  ///< read only: updates that are still to be applied
};

/// Writes a network (or checkpoint: the layout is the same), whose arrays `persist` saves, to a temporary name in the
/// same folder, reads it back against its checksums, and renames it. Throws RunError when it cannot be written; what
/// was there before stays. **Collective.**
void save_network(const Communicator& comm, const std::filesystem::path& path, NetworkFileHeader header,
                  const std::function<void(Archive&)>& persist);

/// Opens the file and lets `persist` load from it. Throws RunError for a damaged file. **Collective.**
void load_network(const Communicator& comm, const std::filesystem::path& path,
                  const std::function<void(Archive&)>& persist);

/// Checks that the file is a fullforce network of this version and returns its header. Throws InputError.
/// **Collective.**
NetworkFileHeader read_network_header(const Communicator& comm, const std::filesystem::path& path);

/// What is wrong with a network file, every byte of which is read; empty if it is whole. **Collective.**
std::string damage_of(const Communicator& comm, const std::filesystem::path& path);

}  // namespace fullforce

#pragma once
#include <filesystem>
#include <string>

#include "fullforce/learning/rls.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// What a network file says about itself.
struct NetworkFileHeader {
  std::string config;        ///< effective TOML
  std::string provenance;    ///< JSON text
  Index step = 0;            ///< read only: of the run, when the file was written
  Index idle_steps = 0;      ///< read only: since a stream first had no trial left
  bool has_pending = false;  ///< read only: updates that are still to be applied
};

/// Writes a network (or checkpoint: the layout is the same) to a temporary name in the same folder, reads it back
/// against its checksums, and renames it. Throws RunError when it cannot be written; what was there before stays.
/// **Collective.**
template <Real T>
void save_network(const Layout& layout, const std::filesystem::path& path, NetworkFileHeader header,
                  Connectivity<T>& connectivity, Rls<T>& rls, Simulation<T>& simulation, bool with_target);

/// Checks that the file is a fullforce network of this version and returns its header. Throws InputError.
/// **Collective.**
NetworkFileHeader read_network_header(const Communicator& comm, const std::filesystem::path& path);

/// What is wrong with a network file, every byte of which is read; empty if it is whole. **Collective.**
std::string damage_of(const Communicator& comm, const std::filesystem::path& path);

/// Loads weights and, if given, the state of a run. Throws RunError for a damaged file. **Collective.**
template <Real T>
void load_network(const Layout& layout, const std::filesystem::path& path, Connectivity<T>& connectivity, Rls<T>& rls,
                  Simulation<T>* simulation);

}  // namespace fullforce

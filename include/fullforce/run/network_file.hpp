#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fullforce/model/task.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

class Archive;

/// What a network file says about itself.
struct NetworkFileHeader {
  std::string config;      ///< effective configuration, TOML
  std::string provenance;  ///< provenance, JSON text
  /// Fingerprints of the trials files that the network learned from and is tested on.
  TrialsFingerprints trials{};
  std::optional<std::vector<std::int64_t>> learned_trials{};  ///< LearnedTrials::trials
  /// Where the weights came from with which training started (run.start_from): its path and seal, JSON text.
  /// Empty if they started from zero.
  std::string source{};
  Channels channels{};       ///< only read: the channels of the network's weights
  Index step = 0;            ///< only read: step of the run when the file was written
  Index idle_steps = 0;      ///< only read: steps since a stream first had no trial left
  bool has_pending = false;  ///< only read: whether updates are pending, which means computed and not yet applied
  Index features = 0;        ///< only read: the number of features that its weights are learned over
  Index pending = 0;         ///< only read: the number of pending updates
  bool has_P = false;        ///< only read: whether the file holds an inverse correlation matrix
  Index rows_of_P = 0;       ///< only read: rows of P; with sparse features, the groups that have one
  bool has_J_D = false;      ///< only read: whether the file holds J_D
};

/// Writes a network file, or a checkpoint, which has the same layout. `persist` saves its arrays. The file is written
/// under a temporary name in the same folder, read back and compared with its checksums, and then renamed. Throws
/// RunError if it cannot be written; an older file of that name then stays. **Collective.**
void save_network(const Communicator& comm, const std::filesystem::path& path, NetworkFileHeader header,
                  const std::function<void(Archive&)>& persist);

/// Opens the file and lets `persist` load from it. Throws what Archive throws. **Collective.**
void load_network(const Communicator& comm, const std::filesystem::path& path,
                  const std::function<void(Archive&)>& persist);

/// Checks that the file is a fullforce network of this version, and returns its header. Throws InputError if it is not,
/// or if it cannot be read. **Collective.**
NetworkFileHeader read_network_header(const Communicator& comm, const std::filesystem::path& path);

/// Reads every byte of a network file and returns how it is damaged. The text is empty if the file is whole. Throws
/// InputError or RunError if that cannot be found out, for example because this process may not read the file or
/// because a newer program wrote it. **Collective.**
std::string damage_of(const Communicator& comm, const std::filesystem::path& path);

}  // namespace fullforce

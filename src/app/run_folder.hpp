#pragma once
#include <filesystem>
#include <optional>

#include "cli.hpp"
#include "fullforce/run/train.hpp"

namespace fullforce {

/// Where a run begins, by what its output folder holds and `--restart` says.
struct RunStart {
  bool finished = false;                            ///< nothing is left to do
  std::optional<std::filesystem::path> checkpoint;  ///< to go on from
};

/// Looks, writes nothing. Throws InputError when the folder holds another run's files, `never` meets a used folder, or the
/// checkpoint's configuration differs in a key that changes the numbers. **Collective.**
RunStart find_start(const Communicator& comm, const Config& config, const std::string& restart);

/// Makes the output folder. Throws InputError when that cannot be done. **Collective.**
void prepare_folder(const Communicator& comm, const std::filesystem::path& folder);

}  // namespace fullforce

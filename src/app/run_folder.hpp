#pragma once
#include <filesystem>
#include <optional>

#include "cli.hpp"
#include "fullforce/run/train.hpp"

namespace fullforce {

/// The network.h5 and the checkpoints of a folder, newest first, the same on every rank. **Collective.**
std::vector<std::filesystem::path> network_files(const Communicator& comm, const std::filesystem::path& folder);

/// Where a run begins, by what its output folder holds and `--restart` says.
struct RunStart {
  bool finished = false;                       ///< nothing is left to do
  bool trained = false;                        ///< only the test is left
  std::optional<std::filesystem::path> from;   ///< checkpoint or network to go on from
  std::vector<std::filesystem::path> damaged;  ///< checkpoints that were passed over
  std::vector<std::string> warnings;           ///< what is wrong with them, or is not as one would think
};

/// Looks, writes nothing; every byte of the file that it settles on was read. With more trials than a finished run in
/// the folder had: the checkpoint of where the two part, if it is there. Throws InputError when the folder holds
/// another run's files, `never` meets a used folder, the given file is damaged, or the configuration differs in a key
/// that changes the numbers; RunError when the folder holds checkpoints and none is whole. **Collective.**
RunStart find_start(const Communicator& comm, const Config& config, const std::string& restart);

/// Makes the output folder, with the folders that lead to it. Throws InputError when that cannot be done.
/// **Collective.**
void prepare_folder(const Communicator& comm, const std::filesystem::path& folder);

/// Removes what a killed run left unfinished, and puts damaged checkpoints aside.
/// **Collective.**
void tidy_folder(const Communicator& comm, const std::filesystem::path& folder, const RunStart& start);

}  // namespace fullforce

#pragma once
#include <filesystem>
#include <optional>

#include "cli.hpp"
#include "fullforce/run/train.hpp"

namespace fullforce {

/// The network.h5 and the checkpoints of a folder, newest first. They are the same on every rank. **Collective.**
std::vector<std::filesystem::path> network_files(const Communicator& comm, const std::filesystem::path& folder);

/// Where a run begins. That depends on the content of its output folder and on `--restart`.
struct RunStart {
  bool finished = false;                       ///< whether nothing is left to do
  bool trained = false;                        ///< whether only the test is left
  bool extends = false;                        ///< whether `from` is of a run of fewer trials
  std::optional<std::filesystem::path> from;   ///< checkpoint or network to go on from
  StartWeights weights;                        ///< with which the run started
  std::vector<std::filesystem::path> damaged;  ///< checkpoints that were passed over
  std::vector<std::string> warnings;  ///< what is wrong with the damaged checkpoints, or is otherwise unexpected
};

/// Finds where a run begins, and writes nothing. It has read every byte of the file that it chooses. If a finished run
/// in the folder had fewer trials, it chooses the checkpoint of the step at which the two runs part, if that is there.
/// `trials` are the fingerprints of the run's trials files. Throws InputError if the folder holds the files of
/// another run or of one with other trials, if `restart` is `never` and the folder is used, if
/// the given file is damaged, or if the configuration differs in a key that changes the numbers. Throws RunError if the
/// folder holds checkpoints and none is whole. **Collective.**
RunStart find_start(const Communicator& comm, const Config& config, const TrialsFingerprints& trials,
                    const std::string& restart);

/// Makes the output folder and the folders that lead to it. Throws InputError if that cannot be done. **Collective.**
void prepare_folder(const Communicator& comm, const std::filesystem::path& folder);

/// Removes the files that a killed run left unfinished, and puts damaged checkpoints aside. `alone` says whether no
/// other run can be at work in the folder. **Collective.**
void tidy_folder(const Communicator& comm, const std::filesystem::path& folder, const RunStart& start, bool alone);

}  // namespace fullforce

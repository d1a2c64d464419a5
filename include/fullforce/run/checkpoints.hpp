#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// checkpoint-1234.h5 for step 1234.
std::string checkpoint_name(Index step);

/// The checkpoints in a folder, newest first.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& folder);

/// Removes all but the newest `keep`. **Collective.**
void prune_checkpoints(const Communicator& comm, const std::filesystem::path& folder, Index keep);

}  // namespace fullforce

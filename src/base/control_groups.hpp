#pragma once
#include <filesystem>
#include <vector>

#include "fullforce/base/memory.hpp"

namespace fullforce {

/// The memory limits of the control groups that this process is in: those of its own group and of all groups above it,
/// as far as the process can see them. A machine may have groups of version 1, of version 2, or of both (hybrid). The
/// files of the system are read below `root`.
std::vector<MemoryLimit> limits_of_control_groups(const std::filesystem::path& root);

}  // namespace fullforce

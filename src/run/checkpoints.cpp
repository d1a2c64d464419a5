#include "fullforce/run/checkpoints.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fullforce {

std::string checkpoint_name(Index step) { return fmt::format("checkpoint-{}.h5", step); }

namespace {

/// -1 for a file that is not a checkpoint.
Index step_of(const std::string& name) {
  const std::string_view prefix = "checkpoint-";
  if (!name.starts_with(prefix) || !name.ends_with(".h5") || name.size() <= prefix.size() + 3) return -1;
  const std::string digits = name.substr(prefix.size(), name.size() - prefix.size() - 3);
  const bool number = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) && digits.size() < 19;
  return number ? std::stoll(digits) : -1;
}

}  // namespace

std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (step_of(entry.path().filename().string()) >= 0) found.push_back(entry.path());
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return step_of(a.filename().string()) > step_of(b.filename().string());
  });
  return found;
}

void prune_checkpoints(const Communicator& comm, const std::filesystem::path& folder, Index keep) {
  if (comm.is_root()) {
    const std::vector<std::filesystem::path> all = list_checkpoints(folder);
    std::error_code ignored;
    for (std::size_t k = static_cast<std::size_t>(keep); k < all.size(); ++k) std::filesystem::remove(all[k], ignored);
  }
  comm.barrier();
}

}  // namespace fullforce

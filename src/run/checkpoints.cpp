#include "fullforce/run/checkpoints.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/io/atomic_file.hpp"

namespace fullforce {

std::string checkpoint_name(Index step) { return fmt::format("checkpoint-{}.h5", step); }

Index checkpoint_step(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::string_view prefix = "checkpoint-";
  if (!name.starts_with(prefix) || !name.ends_with(".h5") || name.size() <= prefix.size() + 3) return -1;
  const std::string digits = name.substr(prefix.size(), name.size() - prefix.size() - 3);
  const bool number =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) && digits.size() < 19;
  return number ? std::stoll(digits) : -1;
}

std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (checkpoint_step(entry.path()) >= 0) found.push_back(entry.path());
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return checkpoint_step(a) > checkpoint_step(b); });
  return found;
}

void remove_leftovers(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const char* name : {"network.h5", "summary.json", "metrics.csv"})
    std::filesystem::remove(temporary_name(folder / name), ignored);
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::filesystem::path path = entry.path();
    if (checkpoint_step(path.stem()) >= 0 && temporary_name(path.parent_path() / path.stem()) == path)
      std::filesystem::remove(path, ignored);
  }
}

void put_aside(const std::filesystem::path& checkpoint) {
  std::error_code ignored;
  std::filesystem::rename(checkpoint, checkpoint.string() + ".damaged", ignored);
}

CheckpointWriter::CheckpointWriter(const Communicator& comm, std::filesystem::path folder, Index keep, Save save)
    : comm_(&comm), folder_(std::move(folder)), keep_(keep), save_(std::move(save)) {}

std::string CheckpointWriter::write(Index step) {
  if (step == last_step_) return {};
  const Stopwatch clock;
  try {
    save_(folder_ / checkpoint_name(step));
  } catch (const RunError& error) {
    return error.what();
  }
  prune();
  last_step_ = step;
  ++written_;
  seconds_ = comm_->max(clock.seconds());
  return {};
}

void CheckpointWriter::prune() const {
  if (!comm_->is_root()) return;
  const std::vector<std::filesystem::path> all = list_checkpoints(folder_);
  std::error_code ignored;
  for (std::size_t k = static_cast<std::size_t>(keep_); k < all.size(); ++k) std::filesystem::remove(all[k], ignored);
}

}  // namespace fullforce

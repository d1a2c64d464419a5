#include "fullforce/run/checkpoints.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/io/unfinished_file.hpp"

namespace fullforce {
namespace {

const std::string put_aside_ending = ".damaged";

/// The files whose names are those of checkpoints with `ending` added, newest first.
std::vector<std::filesystem::path> checkpoints_with(const std::string& ending, const std::filesystem::path& folder) {
  const auto step = [&ending](const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name.ends_with(ending) ? checkpoint_step(name.substr(0, name.size() - ending.size())) : -1;
  };
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (step(entry.path()) >= 0) found.push_back(entry.path());
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return step(a) > step(b); });
  return found;
}

bool is_written_by_runs(const std::string& name) {
  return name == "network.h5" || name == "summary.json" || name == "metrics.csv" || checkpoint_step(name) >= 0;
}

std::vector<Leftover> leftovers_of_runs(const std::filesystem::path& folder) {
  std::vector<Leftover> found = leftovers_in(folder);
  std::erase_if(found, [](const Leftover& leftover) { return !is_written_by_runs(leftover.target); });
  return found;
}

}  // namespace

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
  return checkpoints_with("", folder);
}

std::vector<std::filesystem::path> unfinished_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const Leftover& leftover : leftovers_of_runs(folder)) found.push_back(leftover.path);
  return found;
}

void remove_leftovers(const std::filesystem::path& folder, bool alone) {
  std::error_code ignored;
  for (const Leftover& leftover : leftovers_of_runs(folder))
    if (leftover.is_dead || (alone && !leftover.is_ours)) std::filesystem::remove(leftover.path, ignored);
}

void put_aside(const std::filesystem::path& checkpoint) {
  std::error_code ignored;
  std::filesystem::rename(checkpoint, checkpoint.string() + put_aside_ending, ignored);
}

std::vector<std::filesystem::path> put_aside_checkpoints(const std::filesystem::path& folder) {
  return checkpoints_with(put_aside_ending, folder);
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
  prune(step);
  last_step_ = step;
  ++written_;
  seconds_ = comm_->max(clock.seconds());
  return {};
}

void CheckpointWriter::prune(Index step) const {
  if (!comm_->is_root()) return;
  Index kept = 0;
  std::error_code ignored;
  for (const std::filesystem::path& path : list_checkpoints(folder_)) {
    const Index its_step = checkpoint_step(path);
    // Such a checkpoint comes from a shorter run, after the step at which this run left its way.
    const bool of_a_shorter_run = its_step > step;
    const bool stays = its_step == protected_step_;
    if (of_a_shorter_run || (!stays && kept++ >= keep_)) std::filesystem::remove(path, ignored);
  }
}

}  // namespace fullforce

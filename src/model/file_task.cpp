#include "file_task.hpp"

#include <algorithm>
#include <numeric>

#include "fullforce/model/trial_purpose.hpp"

namespace fullforce {

FileTask::FileTask(TrialsData data, std::uint64_t seed) : data_(std::move(data)), seed_(seed), starts_(data_.lengths.size()) {
  std::exclusive_scan(data_.lengths.begin(), data_.lengths.end(), starts_.begin(), Index{0});
}

std::size_t FileTask::row_of(TrialId id) const {
  const std::uint64_t count = data_.lengths.size();
  if (id.kind == TrialKind::test || count == 1) return static_cast<std::size_t>(id.number % count);
  std::vector<double> keys(count);
  Draws(seed_, trial_purpose(id.kind), id.number / count).uniforms(0, keys);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  return order[static_cast<std::size_t>(id.number % count)];
}

void FileTask::make(TrialId id, Trial& trial) const {
  const std::size_t row = row_of(id);
  trial.length = data_.lengths[row];
  const auto take = [&](const std::vector<double>& all, Index width, std::vector<double>& into) {
    const auto first = all.begin() + starts_[row] * width;
    into.assign(first, first + trial.length * width);
  };
  take(data_.inputs, data_.n_in, trial.inputs);
  take(data_.targets, data_.n_out, trial.targets);
  take(data_.hints, data_.n_hint, trial.hints);
}

}  // namespace fullforce

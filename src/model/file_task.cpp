#include "file_task.hpp"

#include <algorithm>
#include <numeric>

#include "fullforce/model/trial_purpose.hpp"

namespace fullforce {

FileTask::FileTask(TrialsData data, bool with_hints, std::uint64_t seed)
    : data_(std::move(data)), fingerprint_(fullforce::fingerprint(data_)), seed_(seed), starts_(data_.lengths.size()) {
  if (!with_hints) {
    data_.n_hint = 0;
    data_.hints.clear();
  }
  std::exclusive_scan(data_.lengths.begin(), data_.lengths.end(), starts_.begin(), Index{0});
}

const FileTask::Epoch& FileTask::epoch_of(TrialKind kind, std::uint64_t number) const {
  Epoch& epoch = epochs_[as_size(kind)];
  if (epoch.known && epoch.number == number) return epoch;
  epoch.known = true;
  epoch.number = number;
  epoch.keys.resize(data_.lengths.size());
  epoch.order.resize(data_.lengths.size());
  Draws(seed_, trial_purpose(kind), number).uniforms(0, epoch.keys);
  std::iota(epoch.order.begin(), epoch.order.end(), std::size_t{0});
  const auto& keys = epoch.keys;
  std::sort(epoch.order.begin(), epoch.order.end(),
            [&keys](std::size_t a, std::size_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  return epoch;
}

std::size_t FileTask::row_of(TrialId id) const {
  const std::uint64_t count = data_.lengths.size();
  const auto place = as_size(id.number % count);
  if (id.kind == TrialKind::test || count == 1) return place;
  return epoch_of(id.kind, id.number / count).order[place];
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

#include "file_task.hpp"

#include <algorithm>
#include <numeric>

#include "fullforce/model/trial_purpose.hpp"

namespace fullforce {
namespace {

Index bytes_of(const std::vector<std::string>& texts) {
  const auto add = [](std::size_t sum, const std::string& text) { return sum + sizeof text + text.capacity(); };
  return static_cast<Index>(std::accumulate(texts.begin(), texts.end(), std::size_t{0}, add));
}

}  // namespace

FileTask::FileTask(NodeTrials trials, bool with_hints, std::uint64_t seed)
    : trials_(std::move(trials)), with_hints_(with_hints), seed_(seed), starts_(shape().lengths.size()) {
  std::exclusive_scan(shape().lengths.begin(), shape().lengths.end(), starts_.begin(), Index{0});
}

const FileTask::Epoch& FileTask::epoch_of(TrialKind kind, std::uint64_t number) const {
  Epoch& epoch = epochs_[as_size(kind)];
  if (epoch.known && epoch.number == number) return epoch;
  epoch.known = true;
  epoch.number = number;
  epoch.keys.resize(shape().lengths.size());
  epoch.order.resize(shape().lengths.size());
  Draws(seed_, trial_purpose(kind), number).uniforms(0, epoch.keys);
  std::iota(epoch.order.begin(), epoch.order.end(), std::size_t{0});
  const auto& keys = epoch.keys;
  std::sort(epoch.order.begin(), epoch.order.end(),
            [&keys](std::size_t a, std::size_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  return epoch;
}

std::size_t FileTask::row_of(TrialId id) const {
  const std::uint64_t count = shape().lengths.size();
  const auto place = as_size(id.number % count);
  if (id.kind == TrialKind::test || count == 1) return place;
  return epoch_of(id.kind, id.number / count).order[place];
}

TrialView FileTask::view(TrialId id, Trial&) const {
  const std::size_t row = row_of(id);
  const Index length = shape().lengths[row];
  const auto part = [&](const auto& all, Index width) {
    return all.subspan(as_size(starts_[row] * width), as_size(length * width));
  };
  const Signals<const double>& all = trials_.signals();
  return {length, part(all.inputs, inputs()), part(all.targets, outputs()), part(all.hints, hints()),
          part(all.masks, shape().has_masks ? outputs() : 0)};
}

void FileTask::make(TrialId id, Trial& trial) const {
  const TrialView shown = view(id, trial);
  trial.length = shown.length;
  trial.inputs.assign(shown.inputs.begin(), shown.inputs.end());
  trial.targets.assign(shown.targets.begin(), shown.targets.end());
  trial.hints.assign(shown.hints.begin(), shown.hints.end());
  trial.masks.assign(shown.masks.begin(), shown.masks.end());
}

TrialLabel FileTask::label(TrialId id) const {
  const std::size_t row = row_of(id);
  return {static_cast<Index>(row), shape().conditions.empty() ? std::string() : shape().conditions[row]};
}

MemoryNeed FileTask::memory() const {
  const Index tables = 3 * static_cast<Index>(starts_.size() * sizeof(Index));
  const MemoryNeed own = trials_.memory() + MemoryNeed{tables + bytes_of(shape().conditions), 0};
  return tests_ ? own + tests_->memory() : own;
}

/// Streams look at the signals where they are. Only the orders of the epochs are added.
Index FileTask::bytes_of_streams(Index streams) const {
  const std::size_t of_epoch = starts_.size() * (sizeof(double) + sizeof(std::size_t));
  const auto own = static_cast<Index>(epochs_.size() * of_epoch);
  return tests_ ? own + tests_->bytes_of_streams(streams) : own;
}

}  // namespace fullforce

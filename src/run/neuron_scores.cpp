#include "neuron_scores.hpp"

#include <algorithm>
#include <bit>

namespace fullforce {
namespace {

double mean_of_column(const NeuronTargets& targets, Index column) {
  const std::size_t width = targets.neurons.size();
  double sum = 0.0;
  for (std::size_t k = as_size(column); k < targets.values.size(); k += width) sum += targets.values[k];
  return sum * static_cast<double>(width) / static_cast<double>(targets.values.size());
}

}  // namespace

template <Real T>
NeuronScores<T>::NeuronScores(const Layout& layout, const Task& task, TargetSource source, Index streams)
    : layout_(&layout), task_(&task), source_(source) {
  const std::vector<Index> columns = columns_of_targets(layout, task.neuron_targets().neurons);
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i] >= 0)
      own_.push_back({columns[i], static_cast<Index>(i), mean_of_column(task.neuron_targets(), columns[i])});
  running_.assign(as_size(streams), std::vector<NeuronSums>(own_.size()));
}

template <Real T>
void NeuronScores<T>::look(const Simulation<T>& simulation) {
  const TrialStreams& streams = simulation.streams();
  const NeuronVariable made = source_ == TargetSource::rates ? NeuronVariable::rate : NeuronVariable::current;
  for (Index b = 0; b < streams.streams(); ++b) {
    if (streams.phase(b) != StreamPhase::running || !simulation.counts(b)) continue;
    const std::span<const double> targets = simulation.signals().neuron_targets[as_size(b)];
    for (std::size_t k = 0; k < own_.size() && !targets.empty(); ++k) {
      const double target = targets[as_size(own_[k].column)], from_mean = target - own_[k].mean;
      const double miss = simulation.value(made, own_[k].local, b) - target;
      running_[as_size(b)][k].add({miss * miss, from_mean * from_mean});
    }
  }
}

template <Real T>
NeuronSums NeuronScores<T>::end_trial(Index stream) {
  const std::size_t neurons = task_->neuron_targets().neurons.size();
  NeuronSums sums;
  if (neurons == 0) return sums;
  // All ranks sum the bits of each number as an integer. Only its owner adds anything but zero.
  std::vector<std::int64_t> bits(2 * neurons);
  std::vector<NeuronSums>& own = running_[as_size(stream)];
  for (std::size_t k = 0; k < own_.size(); ++k) {
    bits[2 * as_size(own_[k].column)] = std::bit_cast<std::int64_t>(own[k].error);
    bits[2 * as_size(own_[k].column) + 1] = std::bit_cast<std::int64_t>(own[k].variation);
  }
  std::fill(own.begin(), own.end(), NeuronSums{});
  layout_->comm().sum(bits);
  for (std::size_t c = 0; c < neurons; ++c)
    sums.add({std::bit_cast<double>(bits[2 * c]), std::bit_cast<double>(bits[2 * c + 1])});
  return sums;
}

template class NeuronScores<float>;
template class NeuronScores<double>;

}  // namespace fullforce

#include "neuron_targets_check.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/model/neurons.hpp"

namespace fullforce {
namespace {

void require_neurons(const Config& config, std::span<const Index> neurons, const std::string& file) {
  const Index last = *std::max_element(neurons.begin(), neurons.end());
  require(last < config.network.neurons,
          "{}: has a target of neuron {}, but network.neurons = {} (neurons count from 0; set network.neurons to at "
          "least {})",
          file, last, config.network.neurons, last + 1);
}

/// Rates outside the range of the nonlinearity could never be learned. CURBD scales recorded rates to 0.999 at most.
void require_rates(const Config& config, const NeuronTargets& targets, const std::string& file) {
  const Nonlinearity nonlinearity = config.network.nonlinearity;
  const auto outside = std::find_if(targets.values.begin(), targets.values.end(),
                                    [&](double rate) { return !is_a_rate(nonlinearity, rate); });
  if (outside == targets.values.end()) return;
  const auto place = static_cast<Index>(outside - targets.values.begin());
  const auto columns = static_cast<Index>(targets.neurons.size());
  double largest = 0.0;
  for (const double rate : targets.values) largest = std::max(largest, std::abs(rate));
  require(false, "{}: neuron_targets[{}, {}] = {} (rates of \"{}\" neurons lie {}; {})", file, place / columns,
          place % columns, *outside, to_text(nonlinearity),
          nonlinearity == Nonlinearity::tanh ? std::string("between -1 and 1")
                                             : fmt::format("from 0 to {:g}", largest_rate(config.network)),
          *outside < 0.0 && nonlinearity == Nonlinearity::relu
              ? std::string("subtract the smallest rate, or use nonlinearity \"tanh\"")
              : fmt::format("scale all rates, for example by {:.4g}", 0.999 / largest));
}

/// The weights of the other neurons stay as drawn, which not all kinds of weights can hold.
void require_all_neurons(const Config& config, std::size_t listed, const std::string& file) {
  const LearningOptions& learning = config.learning;
  if (holds_random_rows(learning)) return;
  require(static_cast<Index>(listed) == config.network.neurons,
          "{}: has targets of {} of {} neurons (the weights of the others stay as drawn, which needs "
          "learning.features = \"dense\" or \"sparse\" and learning.target_modes = 0)",
          file, listed, config.network.neurons);
}

}  // namespace

void require_neuron_targets(const Config& config, const Task& task, const std::string& file) {
  const NeuronTargets targets = task.neuron_targets();
  require(config.task.reset != Reset::targets || !targets.neurons.empty(),
          "task.reset = \"targets\", but {} has no dataset neuron_targets (add it, or use another task.reset)", file);
  if (targets.neurons.empty()) return;
  require_neurons(config, targets.neurons, file);
  if (config.task.target == TargetSource::rates) require_rates(config, targets, file);
  require_all_neurons(config, targets.neurons.size(), file);
}

void require_targets_to_learn(const Config& config, const Task& task) {
  const TargetSource source = target_source(config.task);
  require(source == TargetSource::generator || !task.neuron_targets().neurons.empty(),
          "{}: has no dataset neuron_targets, which task.target = \"{}\" learns from (add it, or use \"generator\")",
          config.task.file, to_text(source));
}

}  // namespace fullforce

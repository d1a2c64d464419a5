#pragma once
#include <string>
#include <vector>

#include "fullforce/run/simulation.hpp"
#include "fullforce/run/test_scores.hpp"

namespace fullforce {

/// Compares neurons with the targets that a trials file has for them, while test trials run: rates with rates, and
/// recurrent currents with currents. A rank sums over its own neurons. The sums of each neuron are brought together
/// when a trial ends, and added in the order of the neurons, so that they do not depend on the number of ranks. Steps
/// in which no output counts are left out.
template <Real T>
class NeuronScores {
 public:
  NeuronScores(const Layout& layout, const Task& task, TargetSource source, Index streams);

  /// Whether there is something to compare.
  bool has_targets() const { return !task_->neuron_targets().neurons.empty(); }
  /// What is compared: "rates" or "currents"; empty if nothing is.
  std::string compared() const { return has_targets() ? std::string(to_text(source_)) : std::string(); }

  /// Adds the present step of the streams that are in a test trial.
  void look(const Simulation<T>& simulation);

  /// The sums of a trial of this stream, which has ended. **Collective.**
  NeuronSums end_trial(Index stream);

 private:
  struct OwnNeuron {
    Index column;  ///< in the targets of neurons
    Index local;   ///< counted from this rank's first neuron
    double mean;   ///< of its targets over all steps of the file
  };

  const Layout* layout_;
  const Task* task_;
  TargetSource source_;
  std::vector<OwnNeuron> own_;
  std::vector<std::vector<NeuronSums>> running_;  ///< [streams][own], of the trial so far
};

}  // namespace fullforce

#include "fullforce/run/drive_check.hpp"
#include "fullforce/run/session.hpp"

namespace fullforce {
namespace {

/// The parts of a session that neither the drive nor the plasticity accounts for. They are J_D, the neurons of the
/// task-performing network, the weights of inputs, outputs and hints, and the state in which trials begin.
template <Real T>
struct OtherParts {
  typename RecurrentWeights<T>::Shape J_D;
  NeuronsShape<T> neurons;
  typename TrialReset<T>::Shape reset;
  bool has_J_D;
  Index external_weights;  ///< of a neuron, with its start state

  OtherParts(const RowPartition& partition, const SessionOptions& options, const Channels& channels)
      : J_D{partition, options.network.in_degree, options.streams},
        neurons(neurons_shape<T>(partition, options.streams, options.network)),
        reset{partition, options.streams, options.reset},
        has_J_D(options.target == TargetSource::generator),
        external_weights(channels.inputs + channels.hints + channels.outputs +
                         (options.reset == Reset::fixed ? 1 : 0)) {}

  Index bytes() const { return (has_J_D ? J_D.bytes() : 0) + neurons.bytes() + reset.bytes(); }
  double file_bytes(bool with_J_D) const {
    const double external = static_cast<double>(J_D.partition.rows() * external_weights) * sizeof(T);
    return (has_J_D && with_J_D ? J_D.file_bytes() : 0.0) + neurons.file_bytes() + external;
  }
};

/// Calls use(parts) with these parts in the precision of the options.
template <class Use>
auto with_other_parts(const RowPartition& partition, const SessionOptions& options, const Channels& channels,
                      const Use& use) {
  return with_scalar(options.learning.precision,
                     [&](auto scalar) { return use(OtherParts<decltype(scalar)>(partition, options, channels)); });
}

}  // namespace

SessionShape::SessionShape(const RowPartition& partition, int threads, const SessionOptions& options,
                           const Channels& channels)
    : partition_(partition),
      options_(options),
      channels_(channels),
      plastic_(plastic_neurons(options.learning, partition.rows(), options.target, channels)) {
  PlasticitySizes sizes{channels.outputs,    options.streams, largest_rate(options.network), true, options.network,
                        options.weight_seed, plastic_};
  plasticity_ = plasticity_shape(partition, threads, options.learning, sizes);
  sizes.learns = false;
  tested_ = plasticity_shape(partition, threads, options.learning, sizes);
  drive_ = drive_shape(partition, options.network, options.learning, options.streams, plasticity_->needs_all_rates(),
                       options.target);
  drive_->expect_reads({plasticity_->share_read(), share_of_drive_check(partition.rows())});
}

Index SessionShape::bytes(bool learns) const {
  const Index others =
      with_other_parts(partition_, options_, channels_, [](const auto& parts) { return parts.bytes(); });
  return others + (learns ? plasticity_ : tested_)->bytes() + drive_->bytes();
}

double SessionShape::file_bytes(bool checkpoint, bool with_J_D) const {
  const double others =
      with_other_parts(partition_, options_, channels_, [&](const auto& parts) { return parts.file_bytes(with_J_D); });
  return others + plasticity_->file_bytes(checkpoint) + drive_->file_bytes();
}

bool checkpoints_hold_J_D(const NetworkOptions& network, const RunOptions& run) {
  return network.in_degree == 0 || !run.start_from.empty();
}

void SessionShape::account_of_networks(bool target_runs, const Extent& extent, StepAccount& account) const {
  drive_->account(target_runs, extent, account);
}

}  // namespace fullforce

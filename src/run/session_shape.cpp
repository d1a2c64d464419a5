#include "fullforce/run/session.hpp"

namespace fullforce {
namespace {

/// Calls use(shape) with the shape of the fixed recurrent weights, in the scalar of the options.
template <class Use>
auto with_weights(const RowPartition& partition, const SessionOptions& options, const Use& use) {
  return with_scalar(options.learning.precision, [&](auto scalar) {
    using T = decltype(scalar);
    return use(typename RecurrentWeights<T>::Shape{partition, options.network.in_degree, options.streams});
  });
}

template <class Use>
auto with_drive(const RowPartition& partition, const SessionOptions& options, bool all_rates, const Use& use) {
  return with_scalar(options.learning.precision, [&](auto scalar) {
    return use(drive_shape<decltype(scalar)>(options.learning.rule, partition, options.network.in_degree,
                                             options.streams, all_rates));
  });
}

double scalar_bytes(const SessionOptions& options) {
  return with_scalar(options.learning.precision, [](auto scalar) { return static_cast<double>(sizeof scalar); });
}

}  // namespace

SessionShape::SessionShape(const RowPartition& partition, int threads, const SessionOptions& options,
                           const Channels& channels)
    : partition_(partition), options_(options), channels_(channels) {
  PlasticitySizes sizes{channels.outputs, options.streams, largest_rate(options.network), true};
  plasticity_ = plasticity_shape(partition, threads, options.learning, sizes);
  sizes.learns = false;
  tested_ = plasticity_shape(partition, threads, options.learning, sizes);
}

Index SessionShape::bytes() const {
  const Index J_D = with_weights(partition_, options_, [](const auto& shape) { return shape.bytes(); });
  const Index drive =
      with_drive(partition_, options_, plasticity_->needs_all_rates(), [](const auto& shape) { return shape.bytes(); });
  const Index states = partition_.largest_row_count() * with_scalar(options_.learning.precision, [&](auto scalar) {
                         return padded_vectors<decltype(scalar)>(options_.streams) * static_cast<Index>(sizeof scalar);
                       });
  return J_D + plasticity_->bytes() + drive + states;
}

double SessionShape::file_bytes(bool checkpoint) const {
  const double N = static_cast<double>(partition_.rows());
  // A sparse J_D, with its indices, is left out of checkpoints.
  const bool with_target = options_.network.in_degree == 0 || !checkpoint;
  const double J_D = with_weights(partition_, options_, [&](const auto& shape) {
    return N * shape.elements_of_a_row() * shape.bytes_of_element();
  });
  const double states =
      N * static_cast<double>(3 * options_.streams + channels_.inputs + channels_.hints + channels_.outputs);
  return (with_target ? J_D : 0.0) + states * scalar_bytes(options_) + plasticity_->file_bytes(checkpoint);
}

void SessionShape::account_of_networks(bool target_runs, const Extent& extent, StepAccount& account) const {
  with_drive(partition_, options_, plasticity_->needs_all_rates(),
             [&](const auto& shape) { shape.account(target_runs, extent, account); });
}

}  // namespace fullforce

#include "fullforce/model/trial_reset.hpp"

#include "fullforce/base/random.hpp"
#include "fullforce/model/neurons.hpp"
#include "fullforce/model/step_signals.hpp"
#include "normal_rows.hpp"

namespace fullforce {

template <Real T>
Index TrialReset<T>::Shape::bytes() const {
  if (kind == Reset::none) return 0;
  const Index columns = kind == Reset::targets ? static_cast<Index>(sizeof(Index)) : 0;
  return partition.largest_row_count() * ((1 + padded_vectors<T>(streams)) * static_cast<Index>(sizeof(T)) + columns);
}

template <Real T>
TrialReset<T>::TrialReset(const Layout& layout, Reset kind, const RowMatrix<T>& fixed_state, std::uint64_t seed,
                          Index streams, Index outputs, const Targets& targets)
    : layout_(&layout),
      kind_(kind),
      fixed_state_(&fixed_state),
      seed_(seed),
      source_(targets.source),
      nonlinearity_(targets.nonlinearity) {
  if (kind == Reset::none) return;
  if (kind == Reset::targets) columns_ = columns_of_targets(layout, targets.neurons);
  due_.reserve(as_size(streams));
  state_ = AlignedArray<T>(layout.local_rows());
  currents_ = StreamArray<T>(layout, streams);
  outputs_.resize(as_size(outputs * streams));
}

template <Real T>
std::span<const Index> TrialReset<T>::due(const TrialStreams& streams, bool first_step) {
  due_.clear();
  for (Index b = 0; b < streams.streams() && kind_ != Reset::none; ++b)
    if (streams.phase(b) != StreamPhase::idle && (first_step || streams.position(b) == 0)) due_.push_back(b);
  return due_;
}

template <Real T>
std::span<const T> TrialReset<T>::state(TrialId trial, std::span<const double> first_targets) {
  if (kind_ == Reset::zero || kind_ == Reset::targets) state_.fill(T(0));
  for (std::size_t i = 0; i < columns_.size() && !first_targets.empty(); ++i)
    if (columns_[i] >= 0) state_[static_cast<Index>(i)] = static_cast<T>(state_of(first_targets[as_size(columns_[i])]));
  if (kind_ == Reset::fixed)
    for (Index i = 0; i < layout_->local_rows(); ++i) state_[i] = (*fixed_state_)(i, 0);
  if (kind_ == Reset::random) {
    const Draws draws(seed_, Purpose::trial_state, trial.number, static_cast<std::uint64_t>(trial.kind));
    layout_->for_each_block([&](RowBlock block) {
      for_each_normal(draws, block, [&](Index i, double value) { state_[i] = static_cast<T>(value); });
    });
  }
  return state_.span();
}

/// The state that belongs to a target: that of a target rate, or that to which a target current leads in the long run.
template <Real T>
double TrialReset<T>::state_of(double target) const {
  return source_ == TargetSource::rates ? state_at_rate(nonlinearity_, target) : target;
}

template class TrialReset<float>;
template class TrialReset<double>;

}  // namespace fullforce

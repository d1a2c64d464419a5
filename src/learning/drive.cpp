#include "fullforce/learning/drive.hpp"

#include "file_drive.hpp"
#include "force_drive.hpp"
#include "full_force_drive.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"

namespace fullforce {

bool DriveTargets::are_of_all(Index all_neurons) const {
  return source == TargetSource::generator ? first >= all_neurons : static_cast<Index>(neurons.size()) == all_neurons;
}

std::vector<std::uint8_t> DriveTargets::flags(const Layout& layout) const {
  std::vector<std::uint8_t> flags;
  if (are_of_all(layout.rows())) return flags;
  if (source == TargetSource::generator)
    for (Index i = 0; i < layout.local_rows(); ++i) flags.push_back(layout.first_row() + i < first ? 1 : 0);
  else
    for (const Index column : columns_of_targets(layout, neurons)) flags.push_back(column >= 0 ? 1 : 0);
  return flags;
}

template <Real T>
void Drive<T>::teach(const TrialStreams& streams) {
  const TargetCurrents<T> currents = targets();
  if (currents.rates != nullptr) return;
  layout_->for_each_block([&](RowBlock block) {
    for (Index b = 0; b < streams.streams(); ++b)
      for (Index i = block.local; i < block.local + block.rows && streams.phase(b) == StreamPhase::init; ++i)
        if (currents.learns(i)) response_(i, b) = (*currents.F)(i, b);
  });
}

template <Real T>
void Drive<T>::reset_response(std::span<const Index> streams, const StreamArray<T>& own) {
  layout_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (const Index b : streams) response_(i, b) = own(i, b);
  });
}

template <Real T>
void Drive<T>::persist(Archive& archive) {
  archive.section(format::network::group, format::section::drive);
  archive.rows<T>(format::network::feedback, layout_->partition(), response_.from(0));
  persist_target(archive);
}

namespace {

/// Calls use(std::type_identity<Kind>()) with the class of a rule. No other place knows all these classes.
template <Real T, class Use>
auto with_kind(Rule rule, TargetSource source, const Use& use) {
  if (source != TargetSource::generator) return use(std::type_identity<FileDrive<T>>());
  if (rule == Rule::force) return use(std::type_identity<ForceDrive<T>>());
  return use(std::type_identity<FullForceDrive<T>>());
}

}  // namespace

std::unique_ptr<DriveShape> drive_shape(const RowPartition& partition, const NetworkOptions& network,
                                        const LearningOptions& learning, Index streams, bool all_rates,
                                        TargetSource source) {
  return with_scalar(learning.precision, [&](auto scalar) {
    using T = decltype(scalar);
    return with_kind<T>(learning.rule, source, [&](auto kind) -> std::unique_ptr<DriveShape> {
      using Kind = typename decltype(kind)::type;
      auto shape = Kind::shape(partition, network, streams, all_rates);
      if constexpr (std::is_same_v<Kind, FileDrive<T>>) shape.source = source;
      return std::make_unique<typename Kind::Shape>(shape);
    });
  });
}

template <Real T>
std::unique_ptr<Drive<T>> make_drive(Rule rule, const Layout& layout, const NetworkOptions& options,
                                     const Connectivity<T>& connectivity, const StepSignals& signals, bool all_rates,
                                     const DriveTargets& targets) {
  return with_kind<T>(rule, targets.source, [&](auto kind) -> std::unique_ptr<Drive<T>> {
    using Kind = typename decltype(kind)::type;
    if constexpr (std::is_same_v<Kind, FileDrive<T>>)
      return std::make_unique<Kind>(layout, targets, signals, all_rates);
    else
      return std::make_unique<Kind>(layout, options, connectivity, signals, all_rates, targets);
  });
}

template <Real T>
WeightMatrix free_running_weights(Rule rule, const Connectivity<T>& connectivity, EffectiveWeights learned) {
  return with_kind<T>(rule, TargetSource::generator, [&](auto kind) {
    return decltype(kind)::type::free_running_weights(connectivity, std::move(learned));
  });
}

#define INSTANTIATE(T)                                                                                              \
  template class Drive<T>;                                                                                          \
  template WeightMatrix free_running_weights(Rule, const Connectivity<T>&, EffectiveWeights);                       \
  template std::unique_ptr<Drive<T>> make_drive(Rule, const Layout&, const NetworkOptions&, const Connectivity<T>&, \
                                                const StepSignals&, bool, const DriveTargets&);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace fullforce

#include "fullforce/learning/plasticity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/learning/group_rls.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"

namespace fullforce {

namespace {

/// Calls use(std::type_identity<Kind>()) with the class of the options. No other place knows all these classes.
template <Real T, class Use>
auto with_kind(const LearningOptions& options, const Use& use) {
  if (options.features != FeatureKind::sparse) return use(std::type_identity<SharedGainRls<T>>());
  if constexpr (std::is_same_v<T, float>)
    if (options.precision == Precision::mixed) return use(std::type_identity<GroupRls<float, double>>());
  return use(std::type_identity<GroupRls<T>>());
}

}  // namespace

void report_plastic_neurons(Index plastic, Index neurons, PlasticityReport& report) {
  report.numbers.push_back({"plastic_neurons", plastic});
  if (plastic < neurons) report.text += fmt::format("plastic      {} of {} neurons\n", plastic, neurons);
}

template <Real T>
void Plasticity<T>::mark_read(RatesRead& read) const {
  if (needs_all_rates()) std::fill(read.network.begin(), read.network.end(), std::uint8_t{1});
}

template <Real T>
void Plasticity<T>::draw_recurrent(double, std::uint64_t, std::span<const std::uint8_t>) {
  throw InputError(
      "the recurrent weights of low-rank features and of target modes cannot start at random (use \"dense\" or "
      "\"sparse\" features without target modes)");
}

template <Real T>
std::unique_ptr<Plasticity<T>> make_plasticity(const Layout& layout, const LearningOptions& options,
                                               const PlasticitySizes& sizes) {
  return with_kind<T>(options, [&](auto kind) -> std::unique_ptr<Plasticity<T>> {
    return std::make_unique<typename decltype(kind)::type>(layout, options, sizes);
  });
}

std::unique_ptr<PlasticityShape> plasticity_shape(const RowPartition& partition, int threads,
                                                  const LearningOptions& options, const PlasticitySizes& sizes) {
  return with_scalar(options.precision, [&](auto scalar) {
    return with_kind<decltype(scalar)>(options, [&](auto kind) -> std::unique_ptr<PlasticityShape> {
      return std::make_unique<typename decltype(kind)::type::Shape>(partition, threads, options, sizes);
    });
  });
}

bool has_pending_updates(Archive& archive) { return archive.contains(format::learning::pending_right); }

template class Plasticity<float>;
template class Plasticity<double>;
template std::unique_ptr<Plasticity<float>> make_plasticity(const Layout&, const LearningOptions&,
                                                            const PlasticitySizes&);
template std::unique_ptr<Plasticity<double>> make_plasticity(const Layout&, const LearningOptions&,
                                                             const PlasticitySizes&);

}  // namespace fullforce

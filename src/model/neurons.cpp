#include "fullforce/model/neurons.hpp"

#include <cmath>

#include "linear_threshold_neurons.hpp"
#include "tanh_neurons.hpp"

namespace fullforce {
namespace {

/// Calls use(std::type_identity<Kind>()) with the class of a nonlinearity. No other place knows all these classes.
template <Real T, class Use>
auto with_kind(Nonlinearity nonlinearity, const Use& use) {
  if (nonlinearity == Nonlinearity::relu) return use(std::type_identity<LinearThresholdNeurons<T>>());
  return use(std::type_identity<TanhNeurons<T>>());
}

}  // namespace

double relaxation_of_a_step(Integrator integrator, double dt, double tau) {
  return integrator == Integrator::euler ? dt / tau : -std::expm1(-dt / tau);
}

double largest_rate(const NetworkOptions& options) {
  return with_kind<double>(options.nonlinearity, [](auto kind) { return decltype(kind)::type::largest_rate; });
}

double slope_at_rate(Nonlinearity nonlinearity, double rate) {
  return with_kind<double>(nonlinearity, [rate](auto kind) { return decltype(kind)::type::slope_at(rate); });
}

template <Real T>
std::unique_ptr<Neurons<T>> make_neurons(const Layout& layout, Index streams, const NetworkOptions& options,
                                         Integrator integrator) {
  return with_kind<T>(options.nonlinearity, [&](auto kind) -> std::unique_ptr<Neurons<T>> {
    return std::make_unique<typename decltype(kind)::type>(layout, streams, options, integrator);
  });
}

template std::unique_ptr<Neurons<float>> make_neurons(const Layout&, Index, const NetworkOptions&, Integrator);
template std::unique_ptr<Neurons<double>> make_neurons(const Layout&, Index, const NetworkOptions&, Integrator);

}  // namespace fullforce

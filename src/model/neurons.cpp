#include "fullforce/model/neurons.hpp"

#include <cmath>

#include "fullforce/linalg/vectors.hpp"
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

bool is_a_rate(Nonlinearity nonlinearity, double value) {
  return with_kind<double>(nonlinearity, [value](auto kind) { return decltype(kind)::type::is_a_rate(value); });
}

double rate_at_state(Nonlinearity nonlinearity, double state) {
  return with_kind<double>(nonlinearity, [state](auto kind) { return decltype(kind)::type::rate_at(state); });
}

double state_at_rate(Nonlinearity nonlinearity, double rate) {
  return with_kind<double>(nonlinearity, [rate](auto kind) { return decltype(kind)::type::state_at(rate); });
}

double slope_at_rate(Nonlinearity nonlinearity, double rate) {
  return with_kind<double>(nonlinearity, [rate](auto kind) { return decltype(kind)::type::slope_at(rate); });
}

template <Real T>
Index NeuronsShape<T>::bytes() const {
  return partition.largest_row_count() * states * padded_vectors<T>(streams) * static_cast<Index>(sizeof(T));
}

template <Real T>
double NeuronsShape<T>::file_bytes() const {
  return static_cast<double>(partition.rows() * states * streams) * sizeof(T);
}

template <Real T>
NeuronsShape<T> neurons_shape(const RowPartition& partition, Index streams, const NetworkOptions& options) {
  return with_kind<T>(options.nonlinearity, [&](auto kind) -> NeuronsShape<T> {
    return {partition, streams, decltype(kind)::type::states_of_a_neuron};
  });
}

template <Real T>
std::unique_ptr<Neurons<T>> make_neurons(const Layout& layout, Index streams, const NetworkOptions& options,
                                         Integrator integrator) {
  return with_kind<T>(options.nonlinearity, [&](auto kind) -> std::unique_ptr<Neurons<T>> {
    return std::make_unique<typename decltype(kind)::type>(layout, streams, options, integrator);
  });
}

template struct NeuronsShape<float>;
template struct NeuronsShape<double>;
template NeuronsShape<float> neurons_shape(const RowPartition&, Index, const NetworkOptions&);
template NeuronsShape<double> neurons_shape(const RowPartition&, Index, const NetworkOptions&);
template std::unique_ptr<Neurons<float>> make_neurons(const Layout&, Index, const NetworkOptions&, Integrator);
template std::unique_ptr<Neurons<double>> make_neurons(const Layout&, Index, const NetworkOptions&, Integrator);

}  // namespace fullforce

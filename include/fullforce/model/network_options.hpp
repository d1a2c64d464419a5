#pragma once
#include <array>

#include "fullforce/base/enum_names.hpp"

namespace fullforce {

/// The scheme that integrates the states of the task-performing network.
enum class Integrator { euler, exponential };
template <>
inline constexpr std::array<std::string_view, 2> names_of<Integrator> = {"euler", "exponential"};

/// The function that gives the rate r of a state x: tanh(x), or max(0, x).
enum class Nonlinearity { tanh, relu };
template <>
inline constexpr std::array<std::string_view, 2> names_of<Nonlinearity> = {"tanh", "relu"};

/// The signs of weights: free, or those of Dale's law, by which all weights from a neuron have the same sign
/// (NeuronSigns).
enum class Signs { free, dale };
template <>
inline constexpr std::array<std::string_view, 2> names_of<Signs> = {"free", "dale"};

/// The keys of the section [network] of a configuration.
struct NetworkOptions {
  Index neurons = 300;
  double dt = 0.001;   ///< s
  double tau = 0.01;   ///< s
  double gain = 1.5;   ///< g: J_D ~ N(0, g^2/N)
  double noise = 0.0;  ///< eta
  double input_gain = 1.0;
  double output_gain = 1.0;
  double hint_gain = 1.0;
  Integrator integrator = Integrator::euler;       ///< scheme of the task-performing network
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< function of both networks
  Index in_degree = 0;                             ///< connections into each neuron in J_D; 0 = J_D is dense
  Index static_in_degree = 0;                      ///< static connections into each neuron, J_s; 0 = there is no J_s
  double static_gain = 1.0;                        ///< g_s: J_s ~ N(0, g_s^2/K_s)
  Signs target_signs = Signs::free;                ///< of J_D
  double excitatory_fraction = 0.8;                ///< f: share of the neurons that are excitatory (NeuronSigns)
};

}  // namespace fullforce

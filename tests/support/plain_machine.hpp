#pragma once
#include "fullforce/forecast/workload.hpp"

namespace fullforce {

inline constexpr double giga = 1e9;

/// A machine in round numbers. Nothing but reading, products and messages takes time on it.
inline Machine plain_machine() {
  Machine m;
  m.cores = 4;
  m.memory = Index{1} << 34;
  m.bandwidth_cores = 4;
  m.core_bandwidth.fill(10 * giga);
  m.node_bandwidth.fill(20 * giga);
  for (StepConstants* steps : {&m.double_precision, &m.single_precision}) {
    steps->product_rate = 100 * giga;
    steps->product = {0.01e-9, 0.04e-9, 0.16e-9, 0.32e-9};
    steps->flush = 0.01e-9;
  }
  m.within_node = {1e-6, 1 * giga};
  m.between_nodes = {10e-6, 1 * giga};
  m.file_bandwidth = giga;
  return m;
}

inline Workload workload(Index neurons, Index streams = 1) {
  Workload w;
  w.network.neurons = neurons;
  w.streams = streams;
  w.learning.update_probability = 1.0;
  return w;
}

}  // namespace fullforce

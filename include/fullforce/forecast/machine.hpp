#pragma once
#include <array>
#include <filesystem>
#include <span>
#include <string>

#include "fullforce/base/precision.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/base/types.hpp"

namespace fullforce {

inline constexpr Index calibrated_panel = 64;  ///< learning.panel when the costs of steps are measured

/// A constant measured at a few sizes; between them it is interpolated, beyond them the last slope goes on.
template <std::size_t points>
using Samples = std::array<double, points>;
inline constexpr Samples<4> sampled_streams = {1, 4, 16, 32};
/// That a core reads again and again. Most of them where caches end: from one size to the next the rate may halve.
inline constexpr Samples<10> sampled_bytes = {0x1p18, 0x1p20, 0x1.8p20, 0x1p21, 0x1.8p21,
                                              0x1p22, 0x1p23, 0x1p24,   0x1p25, 0x1p26};
using OverStreams = Samples<sampled_streams.size()>;
using OverBytes = Samples<sampled_bytes.size()>;

/// The value at `x`, on the straight lines between the points (at[k], values[k]).
double interpolate(std::span<const double> at, std::span<const double> values, double x);

/// What the parts of a step cost one core, with scalars of one precision.
struct StepConstants {
  double product_rate = 0.0;  ///< operations/s of a large matrix product: the limit
  OverStreams product{};      ///< s a matrix element, in a product with so many vectors and the matrix in the cache
  double flush = 0.0;         ///< s a matrix element and column, when a panel is applied
  std::array<OverStreams, region_count> rows{};  ///< s a step and neuron: states, rates, panel, sums; by phase
  OverStreams fixed{};                           ///< s a step, whatever its size
};

/// A collective over p ranks takes ceil(log2 p) (latency + bytes/bandwidth) as a sum, ceil(log2 p) latency +
/// bytes/bandwidth as a gather.
struct MessageConstants {
  double latency = 0.0;    ///< s
  double bandwidth = 0.0;  ///< bytes/s
};

/// The few constants that the cost model knows a machine by. Each group says where it is from: "assumed", or when and
/// how it was measured.
struct Machine {
  Index cores = 1;   ///< of a node
  Index memory = 0;  ///< of a node, bytes
  std::string node_from;

  OverBytes core_bandwidth{};  ///< bytes/s that a core alone reads
  OverBytes node_bandwidth{};  ///< bandwidth_cores of a node together, each reading so many bytes of its own
  Index bandwidth_cores = 1;
  std::string bandwidth_from;

  StepConstants double_precision;
  StepConstants single_precision;
  double threads = 0.0;  ///< s a step for each doubling of the threads: barriers
  std::string steps_from;

  MessageConstants within_node;
  std::string within_node_from;
  MessageConstants between_nodes;
  std::string between_nodes_from;

  double file_bandwidth = 0.0;  ///< bytes/s of a checkpoint, until it is on the disk
  std::string files_from;

  const StepConstants& steps(Precision precision) const {
    return precision == Precision::single_precision ? single_precision : double_precision;
  }
};

/// What is taken for true where nothing was measured, for this node's cores and memory.
Machine assumed_machine();

/// As JSON, for people to read and edit.
std::string machine_text(const Machine& machine);

/// The other way round; what the text leaves out keeps its assumed value. `name` (of the file) is for messages. Throws
/// InputError where the text is not JSON, holds an unknown name, or a value of another type or not positive.
Machine parse_machine(const std::string& text, const std::string& name);

}  // namespace fullforce

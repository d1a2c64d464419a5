#pragma once
#include <array>
#include <filesystem>
#include <span>
#include <string>

#include "fullforce/base/precision.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/base/types.hpp"

namespace fullforce {

inline constexpr Index calibrated_panel = 64;  ///< learning.panel with which the costs of steps are measured

/// A constant that is measured at a few sizes. Between them it is interpolated; beyond them the last slope continues.
template <std::size_t points>
using Samples = std::array<double, points>;
inline constexpr Samples<4> sampled_streams = {1, 4, 16, 32};
/// The numbers of bytes that a core reads again and again. Most of them are near the sizes of caches, where the rate
/// may halve from one size to the next.
inline constexpr Samples<10> sampled_bytes = {0x1p18, 0x1p20, 0x1.8p20, 0x1p21, 0x1.8p21,
                                              0x1p22, 0x1p23, 0x1p24,   0x1p25, 0x1p26};
using OverStreams = Samples<sampled_streams.size()>;
using OverBytes = Samples<sampled_bytes.size()>;

/// The value at `x` on the straight lines between the points (at[k], values[k]).
double interpolate(std::span<const double> at, std::span<const double> values, double x);

/// What the parts of a step cost one core with numbers of one precision.
struct StepConstants {
  double product_rate = 0.0;  ///< operations/s of a large matrix product, which are the limit
  /// Seconds for each matrix element in a product with so many vectors, with the matrix in the cache.
  OverStreams product{};
  double flush = 0.0;  ///< seconds for each matrix element and column when a panel is applied
  /// Seconds for each step and neuron (states, rates, panel, sums), by region of the timer.
  std::array<OverStreams, region_count> rows{};
  OverStreams fixed{};  ///< seconds for each step, whatever its size
};

/// The constants of collectives over p ranks of a node, or over the first ranks of p nodes. A sum takes ceil(log2 p)
/// (latency + bytes/bandwidth). A gather takes ceil(log2 p) latency + moved/bandwidth, where the ranks of a node, which
/// share memory, copy bytes/p each, and a node receives bytes (p - 1)/p from other nodes.
struct MessageConstants {
  double latency = 0.0;    ///< s
  double bandwidth = 0.0;  ///< bytes/s
};

/// The few constants by which the cost model knows a machine. Each group says where it comes from: "assumed", or when
/// and how it was measured.
struct Machine {
  Index cores = 1;   ///< cores of a node
  Index memory = 0;  ///< memory of a node, bytes
  std::string node_from;

  OverBytes core_bandwidth{};  ///< bytes/s that one core alone reads
  OverBytes node_bandwidth{};  ///< bytes/s that bandwidth_cores of a node read together, each so many bytes of its own
  Index bandwidth_cores = 1;
  std::string bandwidth_from;

  StepConstants double_precision;
  StepConstants single_precision;
  double threads = 0.0;  ///< seconds of a step for each doubling of the threads, which barriers need
  std::string steps_from;

  MessageConstants within_node;
  std::string within_node_from;
  int most_sharing = 0;  ///< at most so many ranks of a node share memory, 0: all; it is not a constant of the file
  MessageConstants between_nodes;
  std::string between_nodes_from;

  double file_bandwidth = 0.0;  ///< bytes/s at which a checkpoint is written, until it is on the disk
  std::string files_from;

  /// The constants of what has that precision. With mixed precision, these are the states and all matrices but P.
  StepConstants& steps(Precision precision) {
    return precision == Precision::double_precision ? double_precision : single_precision;
  }
  const StepConstants& steps(Precision precision) const {
    return precision == Precision::double_precision ? double_precision : single_precision;
  }
};

/// The constants that are assumed where nothing was measured, with the cores and memory of this node.
Machine assumed_machine();

/// The constants as JSON, for people to read and edit.
std::string machine_text(const Machine& machine);

/// Reads the constants from JSON. What the text leaves out keeps its assumed value. `name` is the name of the file, for
/// messages. Throws InputError if the text is not JSON, has an unknown name, or has a value that is of another type or
/// not positive.
Machine parse_machine(const std::string& text, const std::string& name);

}  // namespace fullforce

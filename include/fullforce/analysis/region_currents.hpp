#pragma once
#include <vector>

#include "fullforce/analysis/matrix_product.hpp"
#include "fullforce/model/region.hpp"

namespace fullforce {

/// The currents from each of R regions into the neurons of each, along a run: J_AB r_B, where J_AB are the recurrent
/// weights from region B into region A and r_B the rates of B. A rank keeps the currents into its own neurons, which
/// takes 8 R bytes for each step and neuron of a region.
class RegionCurrents {
 public:
  /// Currents over `steps` steps of a network with the recurrent weights J. All of them must live as long as this
  /// object.
  RegionCurrents(const Layout& layout, const WeightMatrix& J, const std::vector<Region>& regions, Index steps);

  /// Receives the rates of all neurons, [N], in the next step. **Collective.**
  void step(std::span<const double> rates);

  /// The currents from one region into another, [steps, neurons of `into`], on the root; empty elsewhere.
  /// **Collective.**
  std::vector<double> currents(std::size_t from, std::size_t into) const;

  /// The memory that the currents of one step take on a rank with so many neurons of regions.
  static Index bytes_of_step(Index neurons, Index regions) {
    return neurons * regions * static_cast<Index>(sizeof(double));
  }

 private:
  /// A neuron of a region that is this rank's.
  struct OwnNeuron {
    Index place;  ///< in its region
    Index local;  ///< counted from this rank's first neuron
  };

  const Layout* layout_;
  const std::vector<Region>* regions_;
  std::vector<std::vector<OwnNeuron>> own_;  ///< of each region
  MatrixProduct product_;
  StreamArray<double> rates_;     ///< [local rows, R], rates of a region, and 0 outside of it
  StreamArray<double> products_;  ///< [local rows, R]
  /// [region into][step, own neurons, region from]
  std::vector<std::vector<double>> kept_;
};

}  // namespace fullforce

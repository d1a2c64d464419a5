#pragma once
#include <vector>

#include "fullforce/analysis/matrix_product.hpp"

namespace fullforce {

/// The distribution of the elements of a matrix.
struct WeightStatistics {
  double mean = 0.0;
  double deviation = 0.0;     ///< standard deviation
  double largest = 0.0;       ///< largest magnitude
  std::vector<Index> counts;  ///< histogram of equal bins from -largest to largest; empty without W
};

/// The statistics of the matrix W + L R^T, on every rank. For a sparse W alone, whose places were joined
/// (join_places), they are those of its elements. A
/// matrix without W is never formed: its moments follow from those of its factors, `largest` is NaN, and there is no
/// histogram. **Collective.**
WeightStatistics weight_statistics(const Layout& layout, const WeightMatrix& matrix, Index bins = 101);

}  // namespace fullforce

#pragma once
#include <vector>

#include "fullforce/analysis/matrix_product.hpp"

namespace fullforce {

/// How the elements of a matrix are distributed.
struct WeightStatistics {
  double mean = 0.0;
  double deviation = 0.0;     ///< standard deviation
  double largest = 0.0;       ///< magnitude
  std::vector<Index> counts;  ///< a histogram of equal bins from -largest to largest; empty without W
};

/// Of W + L R^T, of a sparse W alone over its non-zeros, on every rank. A matrix without W is never formed: its moments
/// follow from those of its factors, `largest` is NaN, and there is no histogram. **Collective.**
WeightStatistics weight_statistics(const Layout& layout, const WeightMatrix& matrix, Index bins = 101);

}  // namespace fullforce

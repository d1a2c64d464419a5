#pragma once
#include <span>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Factorises the matrix I + Phi^T P Phi = L L^T [count, count], of which `gram` has the lower triangle, row-major, and
/// which it overwrites. Writes L^-T, which is upper triangular, to `factor` [count, padded<double>(count)]. Returns
/// false, without a result, if the matrix is not positive definite.
bool find_inverse_factor(std::span<double> gram, Index count, double* factor);

}  // namespace fullforce

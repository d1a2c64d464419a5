#pragma once
#include <vector>

#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// x^T y [x.cols, y.cols] of this rank's rows of two matrices, row-major, on every rank and with the same bits on any
/// layout: columns are scaled by powers of two to at most 1, so that N bounds every sum of integers. Good to about
/// 2^-58 N of the largest product. Throws RunError where a value is not finite. 2 N x.cols y.cols operations.
/// **Collective.**
std::vector<double> inner_products(const Layout& layout, MatrixView<const double> x, MatrixView<const double> y);

}  // namespace fullforce

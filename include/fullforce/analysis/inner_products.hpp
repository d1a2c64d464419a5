#pragma once
#include <vector>

#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// The products x^T y [x.cols, y.cols], row-major, of two matrices of which each rank has its own rows. Every rank gets
/// the result, with the same bits on any layout: columns are scaled by powers of two to at most 1, so that N bounds
/// every sum of integers. The error is about 2^-58 N of the largest product. The cost is 2 N x.cols y.cols operations.
/// Throws RunError if a value is not finite. **Collective.**
std::vector<double> inner_products(const Layout& layout, const MatrixView<const double>& x,
                                   const MatrixView<const double>& y);

/// The inner products of each column of x with the same column of y, [x.cols], on every rank, with the same bits on any
/// layout. The error is that of inner_products(). The cost is 2 N x.cols operations. **Collective.**
std::vector<double> column_products(const Layout& layout, const MatrixView<const double>& x,
                                    const MatrixView<const double>& y);

/// Returns for each column of a matrix, of which each rank has its own rows, a power of two that is at least as large
/// as every magnitude in it. It is 1 for a column of zeros. Throws RunError if a value is not finite. **Collective.**
std::vector<double> column_scales(const Layout& layout, const MatrixView<const double>& m);

}  // namespace fullforce

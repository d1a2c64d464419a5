#pragma once
#include "fullforce/analysis/inner_products.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/weight_matrix.hpp"

namespace fullforce {

/// y = A x for `count` vectors [local rows, count] at a time; keeps what it needs for it, so that a call allocates
/// little.
class MatrixProduct {
 public:
  MatrixProduct(const Layout& layout, const WeightMatrix& matrix, Index count);

  /// x and y may be the same. One gather of N count numbers for W, one sum of d count for the other.
  /// **Collective.**
  void operator()(const StreamArray<double>& x, StreamArray<double>& y);

 private:
  void multiply_W(const StreamArray<double>& x);
  void add_factors(const std::vector<double>& projected, StreamArray<double>& y) const;

  const Layout* layout_;
  const WeightMatrix* matrix_;
  Index count_;
  GatheredVectors<double> vectors_;  ///< x of all ranks
  StreamArray<double> product_;      ///< [local rows, count]
};

/// The matrix whole, [N, N] row-major, on the root; empty elsewhere. Gathered 64 columns at a time. **Collective.**
std::vector<double> gather_matrix(const Layout& layout, const WeightMatrix& matrix);

/// Rows [N, cols] whole, row-major, on the root; empty elsewhere. **Collective.**
std::vector<double> gather_rows(const Layout& layout, MatrixView<const double> rows);

}  // namespace fullforce

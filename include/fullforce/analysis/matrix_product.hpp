#pragma once
#include "fullforce/analysis/inner_products.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/weight_matrix.hpp"

namespace fullforce {

/// Products y = A x with `count` vectors [local rows, count] at a time. The class keeps the memory that it needs, so
/// that a call allocates little.
class MatrixProduct {
 public:
  MatrixProduct(const Layout& layout, const WeightMatrix& matrix, Index count);

  /// Computes y = A x for A = W + L R^T, where x and y may be the same array. The cost is one gather of N count numbers
  /// for W and one sum of d count numbers for L R^T. **Collective.**
  void operator()(const StreamArray<double>& x, StreamArray<double>& y);

 private:
  void multiply_W(const StreamArray<double>& x);

  const Layout* layout_;
  const WeightMatrix* matrix_;
  Index count_;
  GatheredVectors<double> vectors_;  ///< x of all ranks
  StreamArray<double> product_;      ///< [local rows, count]
};

/// Adds a product of one of the factors of a matrix with coefficients that every rank has: y += factor c, where c is
/// [factor.cols, y.streams], row-major.
void add_product(const Layout& layout, const RowMatrix<double>& factor, const std::vector<double>& coefficients,
                 StreamArray<double>& y);

/// The whole matrix, [N, N] row-major, on the root; the result is empty elsewhere. It is gathered 64 columns at a time.
/// **Collective.**
std::vector<double> gather_matrix(const Layout& layout, const WeightMatrix& matrix);

/// The whole of a matrix [N, cols] of which each rank has its own rows, row-major, on the root. The result is empty
/// elsewhere. **Collective.**
std::vector<double> gather_rows(const Layout& layout, const MatrixView<const double>& rows);

}  // namespace fullforce

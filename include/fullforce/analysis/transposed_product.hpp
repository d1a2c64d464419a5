#pragma once
#include <optional>

#include "fullforce/analysis/matrix_product.hpp"
#include "fullforce/parallel/block_sums.hpp"

namespace fullforce {

/// Products y = A^T x of a matrix whose rows are distributed over the ranks. They are sums over all rows, so their
/// terms become integers, and the results have the same bits on any layout.
class TransposedProduct {
 public:
  /// The matrix must outlive the product. **Collective.**
  TransposedProduct(const Layout& layout, const WeightMatrix& matrix);

  /// Computes y = A^T x for A = W + L R^T, where x and y are [local rows, count] and may be the same array. The error
  /// is about 2^-58 N max|W| of the largest element of a column of x. The cost is that of a product with A, and sums of
  /// N count numbers over the ranks. Throws RunError if a value is not finite. **Collective.**
  void operator()(const StreamArray<double>& x, StreamArray<double>& y);

  /// The bytes of the sums that a product with so many vectors forms at a time.
  static Index bytes(Index rows, Index count, int threads);

 private:
  void multiply_W(const StreamArray<double>& x, StreamArray<double>& y);
  std::vector<double> scale(const StreamArray<double>& x);
  void sum_columns(Index first, Index cols);
  void add_dense_block(RowBlock block, Index first, Index cols);
  void add_sparse_block(RowBlock block, Index first, Index cols);

  const Layout* layout_;
  const WeightMatrix* matrix_;
  double largest_ = 0.0;  ///< largest magnitude in W
  StreamArray<double> scaled_;
  std::optional<BlockSums> sums_;
};

}  // namespace fullforce

#pragma once
#include <string>

#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Weights onto this rank's rows from d features, learned by recursive least squares: W = W0 - G S^T, where S is the
/// panel of the inverse correlation matrix and G the left factors of the updates that are not yet applied.
template <Real T>
class LearnedWeights {
 public:
  /// Zeros, over the rows of `layout` and up to `features` features; `capacity` columns may be pending.
  LearnedWeights(const Layout& layout, Index features, Index capacity);

  /// Only so many features are there yet: the columns behind are zero and are not read.
  void use(Index features) { used_ = features; }
  Index used() const { return used_; }

  /// W0 phi for a block of rows.
  void multiply(RowBlock block, VectorsView<const T> phi, StreamArray<T>& result) const;

  /// result -= G c over `pending` columns, with c = S^T phi.
  void subtract_pending(RowBlock block, Index pending, VectorsView<const T> c, StreamArray<T>& result) const;

  /// g = E L^-T as `count` more columns behind `pending`; errors [local rows, count].
  void append(RowBlock block, Index pending, const StreamArray<T>& errors, Index count, const double* inverse_factor);

  /// W0 -= G S^T; panel_rows = S^T.
  void flush(const Layout& layout, Index pending, MatrixView<const T> panel_rows);

  const RowMatrix<T>& matrix() const { return W_; }
  RowMatrix<T>& matrix() { return W_; }
  RowMatrix<T>& pending_left() { return G_; }

  /// What an instance of so many rows allocates and goes through.
  struct Shape {
    Index rows = 0;
    Index features = 0;
    Index capacity = 0;

    Index bytes() const {
      return rows * (row_stride<T>(features) + row_stride<T>(capacity)) * static_cast<Index>(sizeof(T));
    }
    /// A product of `rows` of them over `used` features with so many vectors; so many columns that are applied.
    static void account_of_product(double rows, double used, double vectors, StepAccount& account);
    static void account_of_flush(double rows, double used, double columns, double times, StepAccount& account);
  };

 private:
  Index used_;
  RowMatrix<T> W_;  ///< [local rows, d]
  RowMatrix<T> G_;  ///< [local rows, capacity]
};

}  // namespace fullforce

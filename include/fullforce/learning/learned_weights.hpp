#pragma once
#include <string>

#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Weights from d features onto the rows of this rank, learned by recursive least squares. They are held as W = W0 - G
/// S^T. S is the panel of the inverse correlation matrix, and G has the left factors of the pending updates: those that
/// are computed and not yet applied.
template <Real T>
class LearnedWeights {
 public:
  /// Creates zero weights over the rows of `layout` and at most `features` features. At most `capacity` columns may be
  /// pending.
  LearnedWeights(const Layout& layout, Index features, Index capacity);

  /// Says that there are only so many features yet. The columns behind them are zero and are not read.
  void use(Index features) { used_ = features; }
  Index used() const { return used_; }

  /// Computes W0 phi for a block of rows.
  void multiply(RowBlock block, const VectorsView<const T>& phi, StreamArray<T>& result) const;

  /// Subtracts the pending updates: result -= G c over `pending` columns, with c = S^T phi.
  void subtract_pending(RowBlock block, Index pending, const VectorsView<const T>& c, StreamArray<T>& result) const;

  /// Appends g = E L^-T as `count` more columns behind `pending`, where E are the errors [local rows, count].
  void append(RowBlock block, Index pending, const StreamArray<T>& errors, Index count, const double* inverse_factor);

  /// Applies the pending updates: W0 -= G S^T, where panel_rows = S^T.
  void flush(const Layout& layout, Index pending, const MatrixView<const T>& panel_rows);

  const RowMatrix<T>& matrix() const { return W_; }
  RowMatrix<T>& matrix() { return W_; }
  RowMatrix<T>& pending_left() { return G_; }

  /// What an instance with so many rows allocates and computes.
  struct Shape {
    Index rows = 0;
    Index features = 0;
    Index capacity = 0;

    Index bytes() const {
      return rows * (row_stride<T>(features) + row_stride<T>(capacity)) * static_cast<Index>(sizeof(T));
    }
    /// Adds to `account` a product of `rows` rows over `used` features with `vectors` vectors, or the application of
    /// `columns` columns, `times` times in a step.
    static void account_of_product(double rows, double used, double vectors, StepAccount& account);
    static void account_of_flush(double rows, double used, double columns, double times, StepAccount& account);
  };

 private:
  Index used_;
  RowMatrix<T> W_;  ///< [local rows, d]
  RowMatrix<T> G_;  ///< [local rows, capacity]
};

}  // namespace fullforce

#pragma once
#include <vector>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// y = A x for a symmetric A of which every rank holds its rows. Tiles whose rows and columns this rank has both are
/// read above the diagonal only, each for itself and for the one across; one rank alone reads half of A.
///
/// A row's sum is that of its tiles' sums, in the order of the columns, and a tile has the same sums whichever of the
/// two is read: the result does not depend on the layout.
template <Real T>
class SymmetricProduct {
 public:
  struct Shape {
    RowPartition partition;
    /// On the rank with the most rows; 0 where the product never pays.
    Index bytes() const;
  };

  explicit SymmetricProduct(const Layout& layout);

  /// Whether it pays for so many vectors x: for one, where A is read from memory. Where A lies in a cache, the
  /// bookkeeping costs more than is saved; of several vectors the products are the limit.
  static bool pays(Index rows, Index vectors) { return vectors == 1 && rows >= 2048; }
  /// Of the elements that a rank holds, the share that is read; `held`: its share of all rows.
  static double share_read(Index rows, Index vectors, double held) {
    return pays(rows, vectors) ? 1.0 - 0.5 * held : 1.0;
  }

  /// This rank's part of the work is cut into so many parts of about the same size, which may run side by side.
  Index parts() const { return static_cast<Index>(tiles_.size()); }
  void multiply_part(Index k, MatrixView<const T> A, const T* x);

  /// y of a block's rows, when all parts are done.
  void finish(RowBlock block, MatrixView<T> y) const;

 private:
  struct Tile {
    Index row;
    Index column;
    bool both;  ///< for itself and for the one across the diagonal
  };

  static constexpr Index side = kernels::symmetric_tile;
  static Index tiles(Index rows) { return (rows + side - 1) / side; }

  const Layout* layout_;
  std::vector<Tile> tiles_;  ///< in the order of A's rows
  RowMatrix<T> sums_;        ///< [tiles of columns, local rows]
};

}  // namespace fullforce

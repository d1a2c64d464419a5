#pragma once
#include <vector>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Computes y = A x for a symmetric A of which every rank holds its rows. A is cut into tiles of
/// kernels::symmetric_tile rows and columns. If all rows and columns of a tile belong to this rank, it is read above
/// the diagonal only. It then serves for itself and for the tile across the diagonal. One rank alone therefore reads
/// half of A.
///
/// Only half of A is needed, but all of it is stored: with half of it, every step would need one more collective, of N
/// numbers.
///
/// A row's sum is the sum of its tiles' sums, in the order of the columns. A tile has the same sums whichever of the
/// two tiles is read. The result therefore does not depend on the layout (the numbers of ranks and threads).
template <Real T>
class SymmetricProduct {
 public:
  struct Shape {
    RowPartition partition;
    /// Returns the bytes of memory on the rank with the most rows. It is 0 where the product never pays.
    Index bytes() const;
  };

  explicit SymmetricProduct(const Layout& layout);

  /// Returns whether this product saves time for `vectors` vectors x. It does for one vector where A is read from
  /// memory. Where A lies in a cache, the bookkeeping costs more than is saved. With several vectors, arithmetic is the
  /// limit and not reading.
  static bool pays(Index rows, Index vectors) { return vectors == 1 && rows >= 2048; }
  /// Returns the share of its elements of A that a rank reads. `held` is the rank's share of all rows.
  static double share_read(Index rows, Index vectors, double held) {
    return pays(rows, vectors) ? 1.0 - 0.5 * held : 1.0;
  }

  /// Returns the number of parts into which this rank's work is cut. The parts have about the same size and may run at
  /// the same time.
  Index parts() const { return static_cast<Index>(tiles_.size()); }
  /// Does part k. A begins with this rank's first row, and x has all N elements.
  void multiply_part(Index k, const MatrixView<const T>& A, const T* x);

  /// Computes y for the rows of a block. All parts must be done before.
  void finish(RowBlock block, const MatrixView<T>& y) const;

 private:
  struct Tile {
    Index row;
    Index column;
    bool both;  ///< the tile serves for itself and for the one across the diagonal
  };

  static constexpr Index side = kernels::symmetric_tile;
  static Index tiles(Index rows) { return (rows + side - 1) / side; }

  const Layout* layout_;
  std::vector<Tile> tiles_;  ///< in the order of A's rows
  RowMatrix<T> sums_;        ///< [tiles of columns, local rows]
};

}  // namespace fullforce

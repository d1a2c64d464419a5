#include "fullforce/linalg/symmetric_product.hpp"

#include <algorithm>

namespace fullforce {

template <Real T>
SymmetricProduct<T>::SymmetricProduct(const Layout& layout)
    : layout_(&layout), sums_(tiles(layout.rows()), layout.local_rows()) {
  const Index first = layout.first_row(), next = first + layout.local_rows();
  const Index all = tiles(layout.rows());
  // This rank has all rows of the tiles from `begin` to `end`.
  const Index begin = tiles(first), end = next == layout.rows() ? all : next / side;
  const auto owned = [&](Index k) { return k >= begin && k < end; };
  for (Index row = first / side; row < tiles(next); ++row)
    for (Index column = 0; column < all; ++column) {
      const bool square = owned(row) && owned(column);
      if (!square || column >= row) tiles_.push_back({row, column, square && column > row});
    }
}

template <Real T>
void SymmetricProduct<T>::multiply_part(Index k, const MatrixView<const T>& A, const T* x) {
  const Tile& tile = tiles_[as_size(k)];
  const Index first = layout_->first_row();
  const Index row = std::max(first, tile.row * side);
  const Index rows = std::min((tile.row + 1) * side, first + layout_->local_rows()) - row;
  const Index column = tile.column * side;
  const Index columns = std::min(side, layout_->rows() - column);
  const MatrixView<const T> a = A.from(row - first, column);
  T* const sums = sums_.row(tile.column) + row - first;
  if (tile.both)
    kernels::multiply_both_ways<T>(a, rows, columns, x + row, x + column, sums, sums_.row(tile.row) + column - first);
  else
    kernels::multiply<T>(a, rows, columns, {x + column}, 1, {sums, 1, 1});
}

template <Real T>
void SymmetricProduct<T>::finish(RowBlock block, const MatrixView<T>& y) const {
  for (Index i = 0; i < block.rows; ++i) y.data[i * y.stride] = T(0);
  for (Index k = 0; k < sums_.rows(); ++k)
    for (Index i = 0; i < block.rows; ++i) y.data[i * y.stride] += sums_(k, block.local + i);
}

template <Real T>
Index SymmetricProduct<T>::Shape::bytes() const {
  if (!pays(partition.rows(), 1)) return 0;
  return tiles(partition.rows()) * row_stride<T>(partition.largest_row_count()) * static_cast<Index>(sizeof(T));
}

template class SymmetricProduct<float>;
template class SymmetricProduct<double>;

}  // namespace fullforce

#include "fullforce/linalg/symmetric_product.hpp"

#include <algorithm>

namespace fullforce {

template <Real T>
SymmetricProduct<T>::SymmetricProduct(const Layout& layout)
    : layout_(&layout),
      sums_(tiles(layout.rows()), layout.local_rows()),
      scratch_(thread_count(), kernels::both_ways_scratch<T>(longest_run * tile)) {
  const Index first = layout.first_row(), next = first + layout.local_rows();
  const Index all = tiles(layout.rows());
  // Tiles of which this rank has all rows.
  const Index begin = tiles(first), end = next == layout.rows() ? all : next / tile;
  const auto owned = [&](Index k) { return k >= begin && k < end; };
  for (Index row = first / tile; row < tiles(next); ++row)
    for (Index column = 0; column < all; ++column) {
      const bool square = owned(row) && owned(column);
      if (square && column < row) continue;
      const bool both = square && column > row;
      ++tiles_;
      if (runs_.empty() || runs_.back().row != row || runs_.back().column + runs_.back().count != column ||
          runs_.back().both != both || runs_.back().count == longest_run)
        runs_.push_back({row, column, 0, both});
      ++runs_.back().count;
    }
}

template <Real T>
void SymmetricProduct<T>::multiply_share(Index share, Index shares, kernels::Piece<const T> A, const T* x) {
  const Index begin = tiles_ * share / shares, end = tiles_ * (share + 1) / shares;
  Index before = 0;
  for (Run run : runs_) {
    const Index from = std::max(begin, before), to = std::min(end, before + run.count);
    run.column += from - before;
    before += run.count;
    run.count = to - from;
    if (run.count > 0) multiply_run(run, A, x, scratch_.row(thread_index()));
  }
}

template <Real T>
void SymmetricProduct<T>::multiply_run(const Run& run, kernels::Piece<const T> A, const T* x, T* scratch) {
  const Index first = layout_->first_row();
  const Index row = std::max(first, run.row * tile);
  const Index rows = std::min((run.row + 1) * tile, first + layout_->local_rows()) - row;
  const Index column = run.column * tile;
  const kernels::Piece<const T> a{A.data + (row - first) * A.stride + column, A.stride};
  const auto columns = [&](Index k) { return std::min(tile, layout_->rows() - column - k * tile); };
  if (run.both) {
    kernels::multiply_both_ways<T>(a, rows, (run.count - 1) * tile + columns(run.count - 1), x + row, x + column,
                                   {sums_.row(run.column) + row - first, sums_.stride()},
                                   sums_.row(run.row) + column - first, scratch);
    return;
  }
  for (Index k = 0; k < run.count; ++k)
    kernels::multiply<T>({a.data + k * tile, a.stride}, rows, columns(k), {x + column + k * tile}, 1,
                         {sums_.row(run.column + k) + row - first, 1});
}

template <Real T>
void SymmetricProduct<T>::finish(RowBlock block, kernels::Piece<T> y) const {
  for (Index i = 0; i < block.rows; ++i) y.data[i * y.stride] = T(0);
  for (Index k = 0; k < sums_.rows(); ++k)
    for (Index i = 0; i < block.rows; ++i) y.data[i * y.stride] += sums_(k, block.local + i);
}

template <Real T>
Index SymmetricProduct<T>::bytes(const RowPartition& partition) {
  if (!pays(partition.rows(), 1)) return 0;
  return (tiles(partition.rows()) * row_stride<T>(partition.largest_row_count()) +
          thread_count() * row_stride<T>(kernels::both_ways_scratch<T>(longest_run * tile))) *
         static_cast<Index>(sizeof(T));
}

template class SymmetricProduct<float>;
template class SymmetricProduct<double>;

}  // namespace fullforce

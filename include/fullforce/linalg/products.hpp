#pragma once
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// y(i, b) = sum_j a(i, j) x(b, j) for this rank's rows i and the first `vectors` vectors of x, block by block over the threads.
/// a [local rows, n], x [>= vectors, n], y [local rows, >= vectors].
template <Real T>
void multiply(const Layout& layout, const RowMatrix<T>& a, const StreamVectors<T>& x, Index vectors, StreamArray<T>& y) {
  layout.for_each_block([&](RowBlock block) {
    kernels::multiply<T>({a.row(block.local), a.stride()}, block.rows, a.cols(), {x.row(0), x.stride()}, vectors,
                         {y.row(block.local), y.streams()});
  });
}

/// c -= left right over the first `inner` columns of left, for this rank's rows. left [local rows, >= inner], right [>= inner, n].
template <Real T>
void subtract_product(const Layout& layout, RowMatrix<T>& c, const RowMatrix<T>& left, Index inner, const RowMatrix<T>& right) {
  layout.for_each_block([&](RowBlock block) {
    kernels::subtract_product<T>({c.row(block.local), c.stride()}, block.rows, c.cols(), {left.row(block.local), left.stride()},
                                 inner, {right.row(0), right.stride()});
  });
}

}  // namespace fullforce

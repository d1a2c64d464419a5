#pragma once
#include <type_traits>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// A row-major matrix, or a piece of one, whose memory belongs to another object. For j < cols, element (i, j) is
/// data[i * stride + j]. A view does not store its number of rows; its user knows it. A function that is told to use
/// fewer columns reads only those.
///
/// A view is passed by reference. It has three members, so a view that is passed by value is copied over the stack, and
/// the processor waits for that copy. With blocks of 8 rows (N = 300, one stream) a step took 15 % longer.
///
/// Example: m.from(2, 3) begins at element (2, 3) of a matrix m and has three columns fewer than m.
template <class T>
struct MatrixView {
  T* data = nullptr;
  Index cols = 0;
  Index stride = 0;  ///< number of scalars from one row to the next

  constexpr MatrixView() = default;
  /// The constructor needs all three arguments, because a stride that was left out would be 0.
  constexpr MatrixView(T* first, Index columns, Index from_row_to_row)
      : data(first), cols(columns), stride(from_row_to_row) {}

  T* row(Index i) const { return data + i * stride; }
  T& operator()(Index i, Index j) const { return data[i * stride + j]; }

  /// Returns the view that begins at row i and column j.
  MatrixView from(Index i, Index j = 0) const { return {data + i * stride + j, cols - j, stride}; }
  /// Returns the view of the first `count` columns.
  MatrixView first(Index count) const { return {data, count, stride}; }

  /// A view converts to a view that cannot write.
  operator MatrixView<const T>() const requires(!std::is_const_v<T>) { return {data, cols, stride}; }
};

}  // namespace fullforce

#pragma once
#include <type_traits>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// A row-major matrix, or a piece of one, that belongs to somebody else: element (i, j) is data[i * stride + j] for j <
/// cols. How many rows there are, its user knows. A call that is told to use fewer columns reads only those.
///
/// Example: of a matrix m, m.from(2, 3) begins at element (2, 3) and has three columns fewer.
template <class T>
struct MatrixView {
  T* data = nullptr;
  Index cols = 0;
  Index stride = 0;  ///< scalars from one row to the next

  constexpr MatrixView() = default;
  /// All three are needed: a stride that was left out would be 0.
  constexpr MatrixView(T* first, Index columns, Index from_row_to_row)
      : data(first), cols(columns), stride(from_row_to_row) {}

  T* row(Index i) const { return data + i * stride; }
  T& operator()(Index i, Index j) const { return data[i * stride + j]; }

  /// What begins at row i and column j.
  MatrixView from(Index i, Index j = 0) const { return {data + i * stride + j, cols - j, stride}; }
  /// The first `count` columns.
  MatrixView first(Index count) const { return {data, count, stride}; }

  operator MatrixView<const T>() const requires(!std::is_const_v<T>) { return {data, cols, stride}; }
};

}  // namespace fullforce

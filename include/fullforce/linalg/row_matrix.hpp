#pragma once
#include <algorithm>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/base/matrix_view.hpp"
#include "fullforce/base/types.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

/// Returns the number of scalars from one row to the next. A row takes an odd number of whole cache lines, since rows a
/// power of two apart would all fall into the same few sets of a cache.
template <Real T>
constexpr Index row_stride(Index cols) {
  constexpr Index line = alignment_bytes / static_cast<Index>(sizeof(T));
  return cols == 0 ? 0 : (padded<T>(cols) / line | 1) * line;
}

/// A row-major matrix, or this rank's rows of one. Rows begin on aligned addresses. The padding behind a row is zero
/// and stays zero, so kernels can run over whole vector registers. A packed matrix has neither property. All sizes have
/// 64 bits.
template <Real T>
class RowMatrix {
 public:
  RowMatrix() = default;

  /// Makes rows x cols zeros. The threads that will work on them are the first to write them.
  RowMatrix(Index rows, Index cols) : RowMatrix(rows, cols, row_stride<T>(cols)) {}

  /// Makes a matrix without padding, which kernels therefore cannot use. It serves rows of a few numbers, which would
  /// be little beside their padding.
  static RowMatrix packed(Index rows, Index cols) { return RowMatrix(rows, cols, cols); }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index stride() const { return stride_; }
  T* row(Index i) { return data_.data() + i * stride_; }
  const T* row(Index i) const { return data_.data() + i * stride_; }
  T& operator()(Index i, Index j) { return row(i)[j]; }
  const T& operator()(Index i, Index j) const { return row(i)[j]; }

  /// Returns the view that begins at row i and column j.
  MatrixView<T> from(Index i, Index j = 0) { return {row(i) + j, cols_ - j, stride_}; }
  MatrixView<const T> from(Index i, Index j = 0) const { return {row(i) + j, cols_ - j, stride_}; }
  operator MatrixView<const T>() const { return from(0); }

  /// Returns all scalars, padding included.
  std::span<T> storage() { return data_.span(); }
  std::span<const T> storage() const { return data_.span(); }

 private:
  RowMatrix(Index rows, Index cols, Index stride) : rows_(rows), cols_(cols), stride_(stride), data_(rows * stride) {
    for_each_in_parallel(rows, [this](Index i) { std::fill_n(row(i), stride_, T(0)); });
  }

  Index rows_ = 0;
  Index cols_ = 0;
  Index stride_ = 0;
  AlignedArray<T> data_;
};

}  // namespace fullforce

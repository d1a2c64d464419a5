#pragma once
#include "fullforce/base/aligned_array.hpp"
#include "fullforce/base/types.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

/// Scalars from one row to the next: whole cache lines, an odd number of them, since rows a power of two apart would
/// all fall into the same few sets of a cache.
template <Real T>
constexpr Index row_stride(Index cols) {
  constexpr Index line = alignment_bytes / static_cast<Index>(sizeof(T));
  return cols == 0 ? 0 : (padded<T>(cols) / line | 1) * line;
}

/// A row-major matrix, or this rank's rows of one. Rows begin on aligned addresses; the padding behind a row is zero
/// and stays zero, so kernels run over whole vector registers. 64-bit sizes throughout.
template <Real T>
class RowMatrix {
 public:
  RowMatrix() = default;

  /// rows x cols zeros, first written by the threads that will work on them.
  RowMatrix(Index rows, Index cols) : rows_(rows), cols_(cols), stride_(row_stride<T>(cols)), data_(rows * stride_) {
    for_each_in_parallel(rows, [this](Index i) {
      for (Index j = 0; j < stride_; ++j) row(i)[j] = T(0);
    });
  }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index stride() const { return stride_; }
  T* row(Index i) { return data_.data() + i * stride_; }
  const T* row(Index i) const { return data_.data() + i * stride_; }
  T& operator()(Index i, Index j) { return row(i)[j]; }
  const T& operator()(Index i, Index j) const { return row(i)[j]; }

  /// Padding included.
  std::span<T> storage() { return data_.span(); }
  std::span<const T> storage() const { return data_.span(); }

 private:
  Index rows_ = 0;
  Index cols_ = 0;
  Index stride_ = 0;
  AlignedArray<T> data_;
};

}  // namespace fullforce

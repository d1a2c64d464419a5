#pragma once
#include <algorithm>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// One value for each of this rank's neurons and each stream (one of the trials that run side by side). The array is
/// [local rows, streams], row-major, and rows lie `stride` scalars apart. Products write whole units, so the padding
/// behind a row holds zeros or sums of zeros.
template <Real T>
class StreamArray {
 public:
  StreamArray() = default;
  StreamArray(const Layout& layout, Index streams) : StreamArray(layout.local_rows(), streams, Unset{}) {
    layout.for_each_block([this](RowBlock block) { std::fill_n(row(block.local), block.rows * stride_, T(0)); });
  }
  /// Makes an array of `rows` rows that are not distributed over ranks. It serves as scratch memory.
  StreamArray(Index rows, Index streams) : StreamArray(rows, streams, Unset{}) { data_.fill(T(0)); }

  Index rows() const { return rows_; }
  Index streams() const { return streams_; }
  Index stride() const { return stride_; }
  T* row(Index i) { return data_.data() + i * stride_; }
  const T* row(Index i) const { return data_.data() + i * stride_; }
  T& operator()(Index i, Index b) { return row(i)[b]; }
  const T& operator()(Index i, Index b) const { return row(i)[b]; }

  /// Returns the view that begins at row i.
  MatrixView<T> from(Index i) { return {row(i), streams_, stride_}; }
  MatrixView<const T> from(Index i) const { return {row(i), streams_, stride_}; }
  operator MatrixView<const T>() const { return from(0); }

 private:
  struct Unset {};
  StreamArray(Index rows, Index streams, Unset)
      : streams_(streams), stride_(padded_vectors<T>(streams)), rows_(rows), data_(rows * stride_) {}

  Index streams_ = 0;
  Index stride_ = 0;
  Index rows_ = 0;
  AlignedArray<T> data_;
};

}  // namespace fullforce

#pragma once
#include <cstdint>
#include <span>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

/// This rank's rows of a sparse matrix with the same number of non-zeros in each row: that number is all the index
/// there is (no row pointers). Columns ascend within a row; they take 32 bits, enough for as many neurons as one
/// message can gather.
///
/// A product reads x(column) in no order at all. Where x is larger than the caches, arrange() cuts the columns into
/// runs and puts the non-zeros of each block of rows in the order run, row, column: the product then takes one run
/// after the other, over all rows, and finds that part of x in the cache. A row's sum is formed in the same order as
/// before.
template <Real T>
class SparseRows {
 public:
  SparseRows() = default;

  /// All zero, first written by the threads that will work on them.
  SparseRows(Index rows, Index degree) : rows_(rows), degree_(degree), columns_(rows * degree), values_(rows * degree) {
    for_each_in_parallel(rows * degree, [this](Index k) {
      columns_[k] = 0;
      values_[k] = T(0);
    });
  }

  Index rows() const { return rows_; }
  Index degree() const { return degree_; }
  std::span<std::int32_t> columns(Index row) { return of(columns_, row); }
  std::span<const std::int32_t> columns(Index row) const { return of(columns_, row); }
  std::span<T> values(Index row) { return of(values_, row); }
  std::span<const T> values(Index row) const { return of(values_, row); }

  /// So many runs of columns of `total`, in blocks of so many rows (what the products are asked for). Until restore(),
  /// columns() and values() are not row by row. Extra memory: 4 bytes a row and run.
  void arrange(Index runs, Index total, Index block_rows);
  void restore();
  Index runs() const { return runs_; }  ///< 1 if they are not arranged

  /// Of the block that begins with a row, in an arrangement: its non-zeros in `run` begin at these places, counted from
  /// the block's first non-zero, a row each, and the last row's end where the next number says.
  const std::int32_t* starts(Index first, Index run, Index rows) const {
    return starts_.data() + first / block_rows_ * starts_stride() + run * rows;
  }

  /// All rows one after another.
  std::span<std::int32_t> columns() { return columns_.span(); }
  std::span<T> values() { return values_.span(); }

  static constexpr Index bytes_per_element = sizeof(T) + sizeof(std::int32_t);

 private:
  template <class Array>
  auto of(Array& array, Index row) const {
    return array.span().subspan(as_size(row * degree_), as_size(degree_));
  }

  Index starts_stride() const { return runs_ * block_rows_ + 1; }
  template <class Work>
  void for_each_block(const Work& work) const;

  Index rows_ = 0;
  Index degree_ = 0;
  Index runs_ = 1;
  Index block_rows_ = 0;
  AlignedArray<std::int32_t> starts_;  ///< [blocks, runs * rows of a block + 1]
  AlignedArray<std::int32_t> columns_;
  AlignedArray<T> values_;
};

namespace kernels {

/// y(i, b) = sum_k values(i, k) x(columns(i, k), b), in ascending k, for `rows` rows of `a` from `first` on and b <
/// vectors. Of an arranged matrix for a whole block of rows and the columns of one run: added to y, or in run 0 instead
/// of what was there. x is [all neurons, >= vectors], a neuron a row, so that a non-zero reads neighbouring numbers. A
/// result is the same whatever is computed beside it. 2 rows degree vectors operations; bound by how many lines of x
/// the caches or memory can deliver.
template <Real T>
void multiply_sparse(const SparseRows<T>& a, Index run, Index first, Index rows, MatrixView<const T> x, Index vectors,
                     MatrixView<T> y);

}  // namespace kernels
}  // namespace fullforce

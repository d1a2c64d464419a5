#pragma once
#include <cstdint>
#include <span>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {

/// This rank's rows of a sparse matrix with the same number of non-zeros in each row. This number replaces the row
/// pointers of other formats. Columns ascend within a row. They take 32 bits, which is enough for as many neurons as
/// one message can gather.
///
/// A product reads x(column) in no order at all. Where x is larger than the caches, arrange() cuts the columns into
/// runs of neighbouring columns. It puts the non-zeros of each block of rows in the order run, row, column. The product
/// then takes one run after the other, over all rows, and finds that part of x in the cache. A row's sum is formed in
/// the same order as before.
template <Real T>
class SparseRows {
 public:
  SparseRows() = default;

  /// Makes a matrix whose columns and values are all zero. The threads that will work on them are the first to write
  /// them.
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

  /// Arranges `total` columns in `runs` runs, and the rows in blocks of `block_rows` rows, which are the blocks of the
  /// products. Until restore(), columns(row) and values(row) do not return the elements of one row. The arrangement
  /// takes 4 bytes of extra memory for each row and run.
  void arrange(Index runs, Index total, Index block_rows);
  /// Returns to the order by rows.
  void restore();
  Index runs() const { return runs_; }  ///< 1 if the matrix is not arranged

  /// Of an arranged matrix, returns where the non-zeros in `run` begin for each row of the block whose first row is
  /// `first` and which has `rows` rows. The places are counted from the block's first non-zero. The number after the
  /// last row's is where the last row ends.
  const std::int32_t* starts(Index first, Index run, Index rows) const {
    return starts_.data() + first / block_rows_ * starts_stride() + run * rows;
  }

  /// These two functions return the elements of all rows, one row after another.
  std::span<std::int32_t> columns() { return columns_.span(); }
  std::span<const std::int32_t> columns() const { return columns_.span(); }
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

/// Computes y(i, b) = sum_k values(i, k) x(columns(i, k), b), in ascending k, for `rows` rows of `a` from `first` on
/// and b < vectors. Of an arranged matrix, a call takes a whole block of rows and the columns of one run. Run 0
/// overwrites y, and the other runs add to it. x is [all neurons, >= vectors] with one neuron a row, so that a non-zero
/// reads neighbouring numbers. A result is the same whatever is computed beside it.
///
/// The kernel makes 2 rows degree vectors operations. Its time is bound by how many cache lines of x the caches or
/// memory can deliver.
template <Real T>
void multiply_sparse(const SparseRows<T>& a, Index run, Index first, Index rows, const MatrixView<const T>& x,
                     Index vectors, const MatrixView<T>& y);

}  // namespace kernels
}  // namespace fullforce

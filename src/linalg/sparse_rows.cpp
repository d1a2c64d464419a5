#include "fullforce/linalg/sparse_rows.hpp"

#include <algorithm>
#include <vector>

#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// W neighbouring scalars, which may lie at any address.
template <class T, int W>
struct Strip {
  typedef T Vector __attribute__((vector_size(W * sizeof(T)), aligned(alignof(T)), may_alias));
  static Vector load(const T* p) { return *reinterpret_cast<const Vector*>(p); }
  static void store(const Vector& v, T* p) { *reinterpret_cast<Vector*>(p) = v; }
};

/// One scalar in a wider vector. Where compilers reorder a loop, they would not fuse the multiplications and additions
/// of plain scalars, and would round them apart.
template <class T>
struct Strip<T, 1> {
  typedef T Vector __attribute__((vector_size(16)));
  static Vector load(const T* p) { return Vector{*p}; }
  static void store(const Vector& v, T* p) { *p = v[0]; }
};

/// The rows of a block as one list of non-zeros.
template <class T>
struct NonZeros {
  const std::int32_t* columns;
  const T* values;
  const std::int32_t* starts;  ///< where each row begins; if null, rows begin `degree` apart
  Index degree;
  Index last;  ///< index of the last non-zero
  bool adds;   ///< whether the product is added to what is in y

  Index start(Index row) const { return starts != nullptr ? starts[row] : row * degree; }
};

/// The non-zeros name lines of x in an order that the hardware cannot guess. So lines are asked for this many non-zeros
/// ahead. 32 instead of 16 takes a quarter less time.
constexpr Index look_ahead = 32;

template <class T>
void ask_for(const NonZeros<T>& a, Index k, const MatrixView<const T>& x, Index scalars) {
  constexpr Index line = alignment_bytes / static_cast<Index>(sizeof(T));
  const T* row = x.data + a.columns[std::min(k, a.last)] * x.stride;
  for (Index b = 0; b < scalars; b += line) __builtin_prefetch(row + b);
}

/// Multiplies by V strips of W streams each. Their sums stay in registers while the non-zeros of a row stream by.
/// Several rows at a time gain nothing, because the processor looks far enough ahead by itself.
template <class T, int V, int W>
void sparse_strips(const NonZeros<T>& a, Index rows, const MatrixView<const T>& x, const MatrixView<T>& y) {
  for (Index i = 0; i < rows; ++i) {
    T* const to = y.data + i * y.stride;
    typename Strip<T, W>::Vector sums[V] = {};
    for (int v = 0; v < V && a.adds; ++v) sums[v] = Strip<T, W>::load(to + v * W);
    for (Index k = a.start(i); k < a.start(i + 1); ++k) {
      ask_for(a, k + look_ahead, x, V * W);
      const T* from = x.data + a.columns[k] * x.stride;
      for (int v = 0; v < V; ++v) sums[v] += a.values[k] * Strip<T, W>::load(from + v * W);
    }
    for (int v = 0; v < V; ++v) Strip<T, W>::store(sums[v], to + v * W);
  }
}

/// Multiplies by the streams that are left, in strips that become half as wide each time.
template <class T, int W>
void sparse_rest(const NonZeros<T>& a, Index rows, MatrixView<const T> x, Index vectors, MatrixView<T> y) {
  if (vectors >= W) {
    sparse_strips<T, 1, W>(a, rows, x, y);
    x.data += W;
    y.data += W;
    vectors -= W;
  }
  if constexpr (W > 1) sparse_rest<T, W / 2>(a, rows, x, vectors, y);
}

template <class T>
void sparse_product(const NonZeros<T>& block, Index rows, MatrixView<const T> x, Index vectors, MatrixView<T> y) {
  constexpr int W = static_cast<int>(lanes<T>);
  for (; vectors >= 4 * W; vectors -= 4 * W, x.data += 4 * W, y.data += 4 * W)
    sparse_strips<T, 4, W>(block, rows, x, y);
  for (; vectors >= 2 * W; vectors -= 2 * W, x.data += 2 * W, y.data += 2 * W)
    sparse_strips<T, 2, W>(block, rows, x, y);
  sparse_rest<T, W>(block, rows, x, vectors, y);
}

}  // namespace

template <Real T>
void multiply_sparse(const SparseRows<T>& a, Index run, Index first, Index rows, const MatrixView<const T>& x,
                     Index vectors, const MatrixView<T>& y) {
  if (rows == 0) return;
  const std::int32_t* const starts = a.runs() > 1 ? a.starts(first, run, rows) : nullptr;
  const NonZeros<T> block{
      a.columns(first).data(), a.values(first).data(), starts, a.degree(), rows * a.degree() - 1, run > 0};
  sparse_product(block, rows, x, vectors, y);
}

template void multiply_sparse(const SparseRows<float>&, Index, Index, Index, const MatrixView<const float>&, Index,
                              const MatrixView<float>&);
template void multiply_sparse(const SparseRows<double>&, Index, Index, Index, const MatrixView<const double>&, Index,
                              const MatrixView<double>&);

}  // namespace fullforce::kernels

namespace fullforce {
namespace {

/// A block's non-zeros while they go from one order to the other.
template <class T>
struct Copy {
  std::vector<std::int32_t> columns;
  std::vector<T> values;

  Copy(const std::int32_t* from_columns, const T* from_values, Index count)
      : columns(from_columns, from_columns + count), values(from_values, from_values + count) {}
};

}  // namespace

template <Real T>
template <class Work>
void SparseRows<T>::for_each_block(const Work& work) const {
  try_each_in_parallel((rows_ + block_rows_ - 1) / block_rows_, [&](Index block) {
    const Index first = block * block_rows_;
    work(first, std::min(block_rows_, rows_ - first));
  });
}

template <Real T>
void SparseRows<T>::arrange(Index runs, Index total, Index block_rows) {
  restore();
  if (runs <= 1 || rows_ == 0) return;
  runs_ = runs;
  block_rows_ = block_rows;
  starts_ = AlignedArray<std::int32_t>((rows_ + block_rows - 1) / block_rows * starts_stride());
  for_each_block([&](Index first, Index rows) {
    const Index count = rows * degree_;
    std::int32_t* const columns = columns_.data() + first * degree_;
    T* const values = values_.data() + first * degree_;
    std::int32_t* const starts = starts_.data() + first / block_rows_ * starts_stride();
    const Copy<T> by_rows(columns, values, count);
    std::vector<Index> next(as_size(rows));
    Index place = 0;
    for (Index run = 0; run < runs_; ++run)
      for (Index i = 0; i < rows; ++i) {
        starts[run * rows + i] = static_cast<std::int32_t>(place);
        Index& k = next[as_size(i)];
        for (; k < degree_ && by_rows.columns[as_size(i * degree_ + k)] < total * (run + 1) / runs_; ++k) {
          columns[place] = by_rows.columns[as_size(i * degree_ + k)];
          values[place++] = by_rows.values[as_size(i * degree_ + k)];
        }
      }
    starts[runs_ * rows] = static_cast<std::int32_t>(place);
  });
}

template <Real T>
void SparseRows<T>::restore() {
  if (runs_ == 1) return;
  for_each_block([&](Index first, Index rows) {
    std::int32_t* columns = columns_.data() + first * degree_;
    T* values = values_.data() + first * degree_;
    const Copy<T> by_runs(columns, values, rows * degree_);
    for (Index i = 0; i < rows; ++i)
      for (Index run = 0; run < runs_; ++run) {
        const std::int32_t* const start = starts(first, run, rows) + i;
        columns = std::copy(by_runs.columns.begin() + start[0], by_runs.columns.begin() + start[1], columns);
        values = std::copy(by_runs.values.begin() + start[0], by_runs.values.begin() + start[1], values);
      }
  });
  runs_ = 1;
  starts_ = AlignedArray<std::int32_t>();
}

template class SparseRows<float>;
template class SparseRows<double>;

}  // namespace fullforce

// These benchmarks time the kernels of a step on one core, with matrices in the cache or beyond it. There are products
// with few vectors (beside Eigen's and OpenBLAS's of the same shapes), transposed and sparse ones, products with the
// pending panel, the panel's application, rates, and fixed-point sums.
#include <Eigen/Core>

#include "bench_main.hpp"
#include "blas.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/sparse_rows.hpp"
#include "fullforce/parallel/fixed_point.hpp"

namespace fullforce {
namespace {

constexpr Index block = 64;

void count(benchmark::State& state, double operations, double bytes) {
  const auto rate = [](double amount) {
    return benchmark::Counter(amount, benchmark::Counter::kIsIterationInvariantRate);
  };
  state.counters["flops"] = rate(operations);
  state.counters["bytes/s"] = rate(bytes);
}

template <Real T>
T small_number(Index i, Index j) {
  return static_cast<T>((i * 7 + j * 3) % 11) * T(0.01);
}

template <Real T>
RowMatrix<T> matrix(Index rows, Index cols) {
  RowMatrix<T> m(rows, cols);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) m(i, j) = small_number<T>(i, j);
  return m;
}

template <Real T>
Vectors<T> vectors(Index length, Index count) {
  Vectors<T> x(length, count);
  for (Index v = 0; v < count; ++v)
    for (Index j = 0; j < length; ++j) x.view()(v, j) = small_number<T>(v, j);
  return x;
}

/// Computes tanh of so many states.
template <Real T>
void rates(benchmark::State& state) {
  const Vectors<T> states = vectors<T>(state.range(0), 1);
  Vectors<T> r(state.range(0), 1);
  for (auto _ : state) {
    kernels::tanh<T>(states.view().data, state.range(0), r.view().data);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// Multiplies N x N by [N, vectors], as J r, block by block. With few columns, the matrix is the panel.
template <Real T>
void product(benchmark::State& state) {
  const Index rows = state.range(0), cols = state.range(1), count_of_vectors = state.range(2);
  const RowMatrix<T> a = matrix<T>(rows, cols);
  const Vectors<T> x = vectors<T>(cols, count_of_vectors);
  RowMatrix<T> y(rows, padded<T>(count_of_vectors));
  for (auto _ : state) {
    for (Index i = 0; i < rows; i += block)
      kernels::multiply<T>(a.from(i), std::min(block, rows - i), cols, x.view(), count_of_vectors, y.from(i));
    benchmark::ClobberMemory();
  }
  count(state, 2.0 * static_cast<double>(rows * cols * count_of_vectors), static_cast<double>(rows * cols) * sizeof(T));
}

/// A library computes the same product, with a call of one(a, rows, cols, x [cols, vectors], y [rows, vectors]) for
/// each block.
template <Real T, class One>
void product_by_library(benchmark::State& state, const One& one) {
  const Index rows = state.range(0), cols = state.range(1), count_of_vectors = state.range(2);
  const RowMatrix<T> a = matrix<T>(rows, cols);
  const RowMatrix<T> x = matrix<T>(cols, count_of_vectors);
  RowMatrix<T> y(rows, count_of_vectors);
  for (auto _ : state) {
    for (Index i = 0; i < rows; i += block) one(a, i, std::min(block, rows - i), x, y);
    benchmark::ClobberMemory();
  }
  count(state, 2.0 * static_cast<double>(rows * cols * count_of_vectors), static_cast<double>(rows * cols) * sizeof(T));
}

template <Real T>
void product_eigen(benchmark::State& state) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using View = Eigen::Map<const Matrix, Eigen::Aligned64, Eigen::OuterStride<>>;
  product_by_library<T>(state, [](const RowMatrix<T>& a, Index i, Index n, const RowMatrix<T>& x, RowMatrix<T>& y) {
    Eigen::Map<Matrix, Eigen::Aligned64, Eigen::OuterStride<>>(y.row(i), n, y.cols(), Eigen::OuterStride<>(y.stride()))
        .noalias() = View(a.row(i), n, a.cols(), Eigen::OuterStride<>(a.stride())) *
                     View(x.row(0), x.rows(), x.cols(), Eigen::OuterStride<>(x.stride()));
  });
}

#ifdef FULLFORCE_BENCH_OPENBLAS
template <Real T>
void product_openblas(benchmark::State& state) {
  openblas_set_num_threads(1);
  product_by_library<T>(state, [](const RowMatrix<T>& a, Index i, Index n, const RowMatrix<T>& x, RowMatrix<T>& y) {
    const auto number = [](Index value) { return static_cast<int>(value); };
    multiply_by_blas(number(n), number(x.cols()), number(a.cols()), a.row(i), number(a.stride()), x.row(0),
                     number(x.stride()), y.row(i), number(y.stride()));
  });
}
#endif

/// Computes the sums U^T r of a basis [N, d] and rates [N, vectors], block by block.
template <Real T>
void transposed(benchmark::State& state) {
  const Index rows = state.range(0), cols = state.range(1), count_of_vectors = state.range(2);
  const RowMatrix<T> U = matrix<T>(rows, cols), r = matrix<T>(rows, padded_vectors<T>(count_of_vectors));
  Vectors<T> sums(cols, count_of_vectors);
  for (auto _ : state) {
    for (Index i = 0; i < rows; i += block)
      kernels::accumulate_transposed<T>(U.from(i), std::min(block, rows - i), cols, r.from(i), count_of_vectors,
                                        sums.view());
    benchmark::ClobberMemory();
  }
  count(state, 2.0 * static_cast<double>(rows * cols * count_of_vectors), static_cast<double>(rows * cols) * sizeof(T));
}

/// Multiplies N rows of K non-zeros by [N, vectors]. The non-zeros are in places that no hardware could guess. The
/// bytes include the rates that they name.
template <Real T>
void sparse(benchmark::State& state) {
  const Index rows = state.range(0), degree = state.range(1), count_of_vectors = state.range(2);
  SparseRows<T> a(rows, degree);
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < degree; ++k) {
      a.columns(i)[as_size(k)] = static_cast<std::int32_t>((i * 7919 + k * 104729) % rows);
      a.values(i)[as_size(k)] = T(0.1);
    }
  const RowMatrix<T> x = matrix<T>(rows, padded_vectors<T>(count_of_vectors));
  RowMatrix<T> y(rows, padded_vectors<T>(count_of_vectors));
  for (auto _ : state) {
    for (Index i = 0; i < rows; i += block)
      kernels::multiply_sparse<T>(a, 0, i, std::min(block, rows - i), x.from(0), count_of_vectors, y.from(i));
    benchmark::ClobberMemory();
  }
  const double elements = static_cast<double>(rows * degree);
  count(state, 2.0 * elements * static_cast<double>(count_of_vectors),
        elements * static_cast<double>(SparseRows<T>::bytes_per_element + count_of_vectors * Index{sizeof(T)}));
}

/// Subtracts [N, columns] [columns, N] from N x N.
template <Real T>
void flush(benchmark::State& state) {
  const Index rows = state.range(0), columns = state.range(1);
  RowMatrix<T> c = matrix<T>(rows, rows);
  const RowMatrix<T> left(rows, columns), right = matrix<T>(columns, rows);
  for (auto _ : state) {
    for (Index i = 0; i < rows; i += block)
      kernels::subtract_product<T>(c.from(i), std::min(block, rows - i), rows, left.from(i), columns, right.from(0));
    benchmark::ClobberMemory();
  }
  count(state, 2.0 * static_cast<double>(rows * rows * columns), 2.0 * static_cast<double>(rows * rows) * sizeof(T));
}

/// Turns numbers into fixed point and adds them up.
void fixed_point(benchmark::State& state) {
  const FixedPoint scale(1000.0);
  std::vector<double> values(as_size(state.range(0)));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<double>(k % 17) - 8.0;
  std::int64_t errors = 0;
  for (auto _ : state) {
    std::int64_t sum = 0;
    for (const double value : values) sum += scale.encode(value, errors);
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

const std::vector<std::int64_t> counts = {1, 2, 4, 8, 16, 32};
BENCHMARK(product<double>)
    ->ArgNames({"N", "cols", "B"})
    ->ArgsProduct({{64, 512}, {512}, counts})
    ->ArgsProduct({{64, 4096}, {4096}, counts});
BENCHMARK(product<float>)
    ->ArgNames({"N", "cols", "B"})
    ->ArgsProduct({{64, 512}, {512}, counts})
    ->ArgsProduct({{64, 4096}, {4096}, counts});
const std::vector<std::vector<std::int64_t>> compared = {{64, 4096}, {4096}, {1, 4, 16, 32}};
BENCHMARK(product_eigen<double>)->ArgNames({"N", "cols", "B"})->ArgsProduct(compared);
BENCHMARK(product_eigen<float>)->ArgNames({"N", "cols", "B"})->ArgsProduct(compared);
#ifdef FULLFORCE_BENCH_OPENBLAS
BENCHMARK(product_openblas<double>)->ArgNames({"N", "cols", "B"})->ArgsProduct(compared);
BENCHMARK(product_openblas<float>)->ArgNames({"N", "cols", "B"})->ArgsProduct(compared);
#endif
const std::vector<std::vector<std::int64_t>> skinny = {{64, 65536}, {256}, {1, 4, 16}};
BENCHMARK(product<float>)->Name("learned<float>")->ArgNames({"N", "d", "B"})->ArgsProduct(skinny);
BENCHMARK(transposed<float>)->ArgNames({"N", "d", "B"})->ArgsProduct(skinny);
BENCHMARK(transposed<double>)->ArgNames({"N", "d", "B"})->ArgsProduct(skinny);
BENCHMARK(sparse<float>)->ArgNames({"N", "K", "B"})->ArgsProduct({{64, 65536}, {50}, {1, 16}});
BENCHMARK(product<double>)->Name("panel<double>")->ArgNames({"N", "m", "B"})->ArgsProduct({{64, 4096}, {64}, counts});
BENCHMARK(product<float>)->Name("panel<float>")->ArgNames({"N", "m", "B"})->ArgsProduct({{64, 4096}, {64}, counts});
BENCHMARK(flush<double>)->ArgNames({"N", "m"})->ArgsProduct({{64, 512, 4096}, {32, 64, 128}});
BENCHMARK(flush<float>)->ArgNames({"N", "m"})->ArgsProduct({{64, 512, 4096}, {32, 64, 128}});
BENCHMARK(rates<double>)->Arg(64)->Arg(4096);
BENCHMARK(rates<float>)->Arg(64)->Arg(4096);
BENCHMARK(fixed_point)->Arg(64)->Arg(65536);

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  const fullforce::Environment environment(&argc, &argv);
  const auto comm = fullforce::Communicator::world();
  return fullforce::run_benchmarks(comm, argc, argv);
}

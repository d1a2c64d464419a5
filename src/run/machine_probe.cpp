#include "fullforce/run/machine_probe.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <vector>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/parallel/threads.hpp"

namespace fullforce {
namespace {

/// The sum of the words of an array. The words are integers, so that the compiler may add them in any order.
std::uint64_t sum_words(const std::uint64_t* words, Index count) {
  std::uint64_t sum = 0;
  for (Index k = 0; k < count; ++k) sum += words[k];
  return sum;
}

// The compiler would leave out a sum that nobody looks at.
volatile std::uint64_t used = 0;

/// Reads the k-th of `parts` equal parts, and returns the number of bytes.
Index read_part(Bytes array, Index k, Index parts) {
  const Index words = static_cast<Index>(array.size() / sizeof(std::uint64_t));
  const Index first = words * k / parts;
  const Index count = words * (k + 1) / parts - first;
  used = sum_words(reinterpret_cast<const std::uint64_t*>(array.data()) + first, count);
  return count * static_cast<Index>(sizeof(std::uint64_t));
}

/// Lets every thread call `work` for so long. `work` returns how much it did. The result is the sum over the threads of
/// what each did in a second.
template <class Work>
double rate_of_threads(double seconds, const Work& work) {
  const Index threads = thread_count();
  std::vector<double> rates(as_size(threads));
  for_each_in_parallel(threads, [&](Index k) {
    double done = work(k, threads);
    done = 0.0;  // because the first call only warms up
    const Stopwatch clock;
    do done += work(k, threads);
    while (clock.seconds() < seconds);
    rates[as_size(k)] = done / clock.seconds();
  });
  double all = 0.0;
  for (const double rate : rates) all += rate;
  return all;
}

template <class Call>
double median_seconds(const Communicator& comm, const Call& call) {
  constexpr int tries = 9;
  constexpr int calls = 50;
  std::vector<double> seconds;
  for (int t = 0; t <= tries; ++t) {
    comm.barrier();
    const Stopwatch clock;
    for (int k = 0; k < calls; ++k) call();
    seconds.push_back(clock.seconds() / calls);
  }
  seconds.erase(seconds.begin());
  std::nth_element(seconds.begin(), seconds.begin() + tries / 2, seconds.end());
  return comm.max(seconds[tries / 2]);
}

}  // namespace

double read_rate(std::span<const Bytes> arrays, double seconds) {
  return rate_of_threads(seconds, [&](Index k, Index threads) {
    Index bytes = 0;
    for (const Bytes array : arrays) bytes += read_part(array, k, threads);
    return static_cast<double>(bytes);
  });
}

double read_rate(double bytes, double seconds) {
  const Index words = static_cast<Index>(bytes) / static_cast<Index>(sizeof(double));
  const RowMatrix<double> array(thread_count(), words);
  const Bytes view = std::as_bytes(array.storage());
  return read_rate(std::span(&view, 1), seconds);
}

template <Real T>
double product_rate(double seconds) {
  constexpr Index size = 384;
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  std::vector<std::array<Matrix, 3>> matrices(as_size(thread_count()));
  for (auto& [a, b, c] : matrices) a = b = c = Matrix::Constant(size, size, T(0.5));
  return rate_of_threads(seconds, [&](Index k, Index) {
    auto& [a, b, c] = matrices[as_size(k)];
    c.noalias() = a * b;
    return 2.0 * static_cast<double>(size * size * size);
  });
}

double sum_seconds(const Communicator& comm, Index count) {
  std::vector<std::int64_t> values(as_size(count));
  return median_seconds(comm, [&] { comm.sum(values); });
}

double gather_seconds(const Communicator& comm, Index bytes) {
  const Layout layout(comm, std::max<Index>(1, bytes / static_cast<Index>(sizeof(double))));
  GatheredVectors<double> vectors(layout, 1, 1);
  return median_seconds(comm, [&] { vectors.gather(); });
}

template double product_rate<float>(double);
template double product_rate<double>(double);

}  // namespace fullforce

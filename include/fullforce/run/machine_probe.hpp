#pragma once
#include <cstddef>
#include <initializer_list>
#include <span>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

using Bytes = std::span<const std::byte>;

/// Bytes/s at which this rank's threads read `arrays` again and again for `seconds`, at least once; each thread its own
/// part, as for_each_in_parallel deals out rows. 0 where there is nothing to read.
double read_rate(std::span<const Bytes> arrays, double seconds);

/// The same of `bytes` made for the purpose by each thread.
double read_rate(double bytes, double seconds);

/// Operations/s of this rank's threads in products of large square matrices, a pair of them each, for about `seconds`.
template <Real T>
double product_rate(double seconds);

/// Seconds that a sum of `count` integers over all ranks takes, and a gather of `bytes` bytes in all; the median of 9
/// tries.
/// **Collective.**
double sum_seconds(const Communicator& comm, Index count);
double gather_seconds(const Communicator& comm, Index bytes);

/// `rate` of all ranks together: they start at once. **Collective.**
template <class Rate>
double together(const Communicator& comm, const Rate& rate) {
  comm.barrier();
  double all = 0.0;
  for (const double one : comm.all_gather(rate())) all += one;
  return all;
}

}  // namespace fullforce

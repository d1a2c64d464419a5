#pragma once
#include <cstddef>
#include <initializer_list>
#include <span>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

using Bytes = std::span<const std::byte>;

/// The rate, in bytes/s, at which this rank's threads read `arrays`. They read them again and again for `seconds`, and
/// at least once. Each thread reads its own part, as for_each_in_parallel distributes rows. The rate is 0 if there is
/// nothing to read.
double read_rate(std::span<const Bytes> arrays, double seconds);

/// The same rate if each thread reads `bytes` bytes of its own, which are made for the purpose.
double read_rate(double bytes, double seconds);

/// The rate, in operations/s, of this rank's threads in products of large square matrices. Each thread has a pair of
/// matrices, and the measurement takes about `seconds`.
template <Real T>
double product_rate(double seconds);

/// The seconds that a sum of `count` integers over all ranks takes, and those that a gather of `bytes` bytes in all
/// takes. Each is the median of 9 tries. **Collective.**
double sum_seconds(const Communicator& comm, Index count);
double gather_seconds(const Communicator& comm, Index bytes);

/// The sum of `rate` over all ranks, which start to measure at once. **Collective.**
template <class Rate>
double together(const Communicator& comm, const Rate& rate) {
  comm.barrier();
  double all = 0.0;
  for (const double one : comm.all_gather(rate())) all += one;
  return all;
}

}  // namespace fullforce

#pragma once
#include <span>
#include <vector>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/fixed_point.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Sums over the rows of all ranks that do not depend on the layout: each block's sums, formed in a fixed order, become
/// integers, which threads and ranks add in any order.
class BlockSums {
 public:
  /// Up to `capacity` sums, for as many threads as there are now.
  explicit BlockSums(Index capacity);

  /// Sets so many sums to zero, each at most `bound` in magnitude.
  void begin(Index count, double bound);

  /// Adds a block's part to sums `first`, `first` + 1, ...; threads may call it side by side.
  template <Real T>
  void add(Index first, std::span<const T> values);

  /// Adds up threads and ranks. Throws RunError, on every rank, where a sum is not finite or beyond its bound.
  /// **Collective.**
  void reduce(const Communicator& comm);

  double operator[](Index k) const { return scale_.decode(sums_[static_cast<std::size_t>(k)]); }

  static Index bytes(Index capacity);

 private:
  std::span<std::int64_t> of_thread(Index thread);

  Index stride_;
  Index count_ = 0;
  FixedPoint scale_{1.0};
  std::vector<std::int64_t> sums_;  ///< a set a thread, each with its count of errors behind; the first one travels
};

}  // namespace fullforce

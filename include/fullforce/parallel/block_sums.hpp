#pragma once
#include <span>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/parallel/fixed_point.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Sums over the rows of all ranks. The results do not depend on the layout, that is, on the numbers of ranks and
/// threads. The caller forms the sums of each block of rows in a fixed order. These sums become integers (see
/// FixedPoint), which threads and ranks add in any order.
class BlockSums {
 public:
  /// The size of a BlockSums: it has room for `capacity` sums, to which `threads` threads add.
  struct Shape {
    Index capacity = 0;
    int threads = 1;

    Index stride() const {
      return padded<std::int64_t>(capacity + 2);
    }  ///< number of 64-bit integers that one thread owns
    Index bytes() const { return stride() * threads * static_cast<Index>(sizeof(std::int64_t)); }
  };

  explicit BlockSums(Shape shape);

  /// Sets `count` sums to zero. Each of them is at most `bound` in magnitude.
  void begin(Index count, double bound);
  /// Does the same for sums that have bounds of their own. The caller then passes the scale of a sum to add() and
  /// value().
  void begin(Index count);

  /// Adds a block's part to the sums `first`, `first` + 1, and so on. Several threads may call it at the same time.
  template <Real T>
  void add(Index first, std::span<const T> values) {
    add(first, values, scale_);
  }
  template <Real T>
  void add(Index first, std::span<const T> values, const FixedPoint& scale);

  /// Adds up the sums of all threads and ranks. It throws RunError on every rank if a sum is not finite or beyond its
  /// bound. **Collective.**
  void reduce(const Communicator& comm);

  /// After reduce(), these two functions return sum k.
  double operator[](Index k) const { return value(k, scale_); }
  double value(Index k, const FixedPoint& scale) const { return scale.decode(sums_[k + 1]); }

 private:
  std::span<std::int64_t> of_thread(Index thread);

  Index stride_;
  Index threads_;
  Index count_ = 0;
  std::int64_t round_ = 0;  ///< number of calls of begin() so far
  FixedPoint scale_{1.0};
  /// Each thread has one set of numbers, which it alone writes until reduce(). A set consists of the round that it
  /// belongs to, the sums, and the number of errors. The set of the first thread is the one that the ranks exchange.
  AlignedArray<std::int64_t> sums_;
};

}  // namespace fullforce

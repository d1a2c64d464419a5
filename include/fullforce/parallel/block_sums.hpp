#pragma once
#include <span>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/parallel/fixed_point.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Sums over the rows of all ranks that do not depend on the layout: each block's sums, formed in a fixed order, become
/// integers, which threads and ranks add in any order.
class BlockSums {
 public:
  /// Room for `capacity` sums that so many threads add to.
  struct Shape {
    Index capacity = 0;
    int threads = 1;

    Index stride() const { return padded<std::int64_t>(capacity + 2); }  ///< numbers of one thread
    Index bytes() const { return stride() * threads * static_cast<Index>(sizeof(std::int64_t)); }
  };

  explicit BlockSums(Shape shape);

  /// Sets so many sums to zero, each at most `bound` in magnitude.
  void begin(Index count, double bound);
  /// The same for sums that have bounds of their own: add() and value() are told which.
  void begin(Index count);

  /// Adds a block's part to sums `first`, `first` + 1, ...; threads may call it side by side.
  template <Real T>
  void add(Index first, std::span<const T> values) {
    add(first, values, scale_);
  }
  template <Real T>
  void add(Index first, std::span<const T> values, const FixedPoint& scale);

  /// Adds up threads and ranks. Throws RunError, on every rank, where a sum is not finite or beyond its bound.
  /// **Collective.**
  void reduce(const Communicator& comm);

  double operator[](Index k) const { return value(k, scale_); }
  double value(Index k, const FixedPoint& scale) const { return scale.decode(sums_[k + 1]); }

 private:
  std::span<std::int64_t> of_thread(Index thread);

  Index stride_;
  Index threads_;
  Index count_ = 0;
  std::int64_t round_ = 0;  ///< of sums, counted from the first
  FixedPoint scale_{1.0};
  /// A set a thread, which alone writes it until reduce(): the round that it belongs to, the sums, the number of
  /// errors. The first one travels.
  AlignedArray<std::int64_t> sums_;
};

}  // namespace fullforce

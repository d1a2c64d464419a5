#pragma once
#include <cmath>
#include <cstdint>
#include <span>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Makes sums independent of the order of their terms. A double with a known bound becomes a 64-bit integer, and
/// integers are added. Any thread, any rank and any MPI_SUM therefore gives the same bits.
///
/// The bound, rounded up to a power of two, becomes 2^58. This is finer than the 53 bits of a double. Four bits of
/// headroom lie above it, because rounding may touch the bound. A term that is not finite, or more than twice as large
/// as this power of two, is counted as an error and never wraps around.
class FixedPoint {
 public:
  /// The bound must be positive. No term and no sum of terms may be larger in magnitude.
  explicit FixedPoint(double bound) : scale_(std::ldexp(1.0, 58 - static_cast<int>(std::ceil(std::log2(bound))))) {}

  /// Returns the integer nearest to value / resolution(). If the value is out of range, it adds 1 to `errors` and
  /// returns 0.
  std::int64_t encode(double value, std::int64_t& errors) const {
    const double scaled = value * scale_;
    const bool in_range = std::abs(scaled) <= limit;  // false for NaN
    errors += in_range ? 0 : 1;
    return std::llrint(in_range ? scaled : 0.0);
  }

  /// Performs sums[k] += encode(values[k], errors) for all values. It encodes several values at a time where the
  /// processor can, because a block of a low-rank product has thousands of sums.
  template <Real T>
  void add(std::span<const T> values, std::int64_t* sums, std::int64_t& errors) const;

  /// Returns the double that a sum stands for.
  double decode(std::int64_t sum) const { return static_cast<double>(sum) / scale_; }

  /// Returns whether a finished sum lies within its bound.
  static bool in_range(std::int64_t sum) { return std::abs(static_cast<double>(sum)) <= limit; }

  /// Returns the value that the integer 1 stands for.
  double resolution() const { return 1.0 / scale_; }

 private:
  static constexpr double limit = 0x1.0p59;
  double scale_;
};

}  // namespace fullforce

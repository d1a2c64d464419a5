#pragma once
#include <cmath>
#include <cstdint>
#include <span>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Sums that do not depend on the order of their terms: a double with a known bound becomes a 64-bit integer, and
/// integers are added. Any thread, any rank, any MPI_SUM gives the same bits.
///
/// The bound is met by 2^58, finer than a double's 53 bits; four bits of headroom lie above it, because rounding may
/// touch the bound. A term that is not finite, or twice the bound, is counted as an error and never wraps.
class FixedPoint {
 public:
  /// bound > 0: no term and no sum of terms is larger in magnitude.
  explicit FixedPoint(double bound) : scale_(std::ldexp(1.0, 58 - static_cast<int>(std::ceil(std::log2(bound))))) {}

  /// The integer nearest to value / resolution. Adds 1 to `errors` and returns 0 where the value is out of range.
  std::int64_t encode(double value, std::int64_t& errors) const {
    const double scaled = value * scale_;
    const bool in_range = std::abs(scaled) <= limit;  // false for NaN
    errors += in_range ? 0 : 1;
    return std::llrint(in_range ? scaled : 0.0);
  }

  /// sums[k] += encode(values[k], errors), several at a time where the processor can: a block of a low-rank product has
  /// thousands of sums.
  template <Real T>
  void add(std::span<const T> values, std::int64_t* sums, std::int64_t& errors) const;

  double decode(std::int64_t sum) const { return static_cast<double>(sum) / scale_; }

  /// Whether a finished sum lies where its bound says.
  static bool in_range(std::int64_t sum) { return std::abs(static_cast<double>(sum)) <= limit; }

  double resolution() const { return 1.0 / scale_; }

 private:
  static constexpr double limit = 0x1.0p59;
  double scale_;
};

}  // namespace fullforce

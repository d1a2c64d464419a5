#pragma once
#include <concepts>
#include <cstdint>

namespace fullforce {

/// Every count of neurons, matrix elements, steps or bytes: 64 bits, signed so that differences are safe.
using Index = std::int64_t;

/// The scalar of the big arrays (matrices, states, rates).
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

/// What the configuration calls `learning.precision`.
enum class Precision { double_precision, single_precision };

}  // namespace fullforce

#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace fullforce {

/// Every count of neurons, matrix elements, steps or bytes: 64 bits, signed so that differences are safe.
using Index = std::int64_t;

/// A count, an index or an enumerator (not negative) for the standard library, which counts without a sign.
template <class I>
requires std::integral<I> || std::is_enum_v<I>
constexpr std::size_t as_size(I count) { return static_cast<std::size_t>(count); }

/// The scalar of the big arrays (matrices, states, rates).
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

}  // namespace fullforce

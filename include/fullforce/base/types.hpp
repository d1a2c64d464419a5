#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace fullforce {

/// The type of every count of neurons, matrix elements, steps or bytes. It has 64 bits. It is signed, so that
/// differences may be negative.
using Index = std::int64_t;

/// Converts a count, an index or an enumerator, which must not be negative, to the unsigned type with which the
/// standard library counts.
template <class I>
requires std::integral<I> || std::is_enum_v<I>
constexpr std::size_t as_size(I count) { return static_cast<std::size_t>(count); }

/// A scalar type of the big arrays (matrices, states, rates).
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

}  // namespace fullforce

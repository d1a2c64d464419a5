#pragma once
#if defined(__AVX__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <utility>

#include "fullforce/linalg/vectors.hpp"

namespace fullforce::kernels {

#if defined(__AVX512F__)
inline constexpr int register_bytes = 64;
#elif defined(__AVX__)
inline constexpr int register_bytes = 32;
#else
inline constexpr int register_bytes = 16;
#endif

/// A value of `bytes` bytes of T, in the notation that GCC and Clang share. The compiler splits what is wider than a
/// register.
template <class T, int bytes>
struct PackOf {
  typedef T type __attribute__((vector_size(bytes)));
};
template <class T, int bytes>
using Pack = typename PackOf<T, bytes>::type;

template <class T>
using Register = Pack<T, register_bytes>;

template <class T>
inline constexpr Index lanes = register_bytes / static_cast<Index>(sizeof(T));

/// A pack in memory, which may begin at any unit of a vector. The alignment is given here, where memory is read and
/// written, because a smaller alignment of the pack itself does not reach a template's argument in every compiler.
template <class V>
struct InMemory {
  typedef V type __attribute__((aligned(sizeof(V) < vector_unit_bytes ? sizeof(V) : vector_unit_bytes), may_alias));
};

template <class V, class T>
inline V load(const T* from) {
  return *reinterpret_cast<const typename InMemory<V>::type*>(from);
}

template <class V, class T>
inline void save(const V& value, T* to) {
  *reinterpret_cast<typename InMemory<V>::type*>(to) = value;
}

/// A pack with `value` in every lane.
template <class V, class T>
inline V broadcast(T value) {
  return value - V{};
}

/// The half of a pack that begins with lane `from`.
template <int from, class V, int... I>
inline auto half_of(V pack, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(pack, pack, (from + I)...);
}

/// Two halves as one pack.
template <class H, int... I>
inline auto joined(H lower, H upper, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(lower, upper, I...);
}

/// Returns sum + a * b, or sum - a * b, lane by lane with one rounding. The instruction is named outright where there
/// is one. A compiler that is free to fuse does so in one tile and not in another, and then a row's result would depend
/// on the rows beside it.
template <bool negative = false, class V>
inline V add_product(V sum, V a, V b) {
  [[maybe_unused]] constexpr bool doubles = sizeof(sum[0]) == sizeof(double);
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) {
    if constexpr (doubles && negative)
      return (V)_mm512_fnmadd_pd((__m512d)a, (__m512d)b, (__m512d)sum);
    else if constexpr (doubles)
      return (V)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)sum);
    else if constexpr (negative)
      return (V)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)sum);
    else
      return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)sum);
  }
#endif
#if defined(__FMA__)
  if constexpr (sizeof(V) == 32) {
    if constexpr (doubles && negative)
      return (V)_mm256_fnmadd_pd((__m256d)a, (__m256d)b, (__m256d)sum);
    else if constexpr (doubles)
      return (V)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)sum);
    else if constexpr (negative)
      return (V)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)sum);
    else
      return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)sum);
  }
#endif
#if defined(__FMA__) && !defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) {
    constexpr int n = static_cast<int>(sizeof(V) / sizeof(sum[0]));
    constexpr auto half = std::make_integer_sequence<int, n / 2>();
    return joined(add_product<negative>(half_of<0>(sum, half), half_of<0>(a, half), half_of<0>(b, half)),
                  add_product<negative>(half_of<n / 2>(sum, half), half_of<n / 2>(a, half), half_of<n / 2>(b, half)),
                  std::make_integer_sequence<int, n>());
  }
#endif
  if constexpr (negative)
    return sum - a * b;
  else
    return sum + a * b;
}

/// The registers hold sums of `width` lanes each, one behind the other. This function adds the upper half of every
/// sum's lanes to its lower half, and puts what is left of both registers into one.
template <int width, class V, int... I>
inline V halve(V a, V b, std::integer_sequence<int, I...>) {
  constexpr int half = width / 2;
  return __builtin_shufflevector(a, b, (I / half * width + I % half)...) +
         __builtin_shufflevector(a, b, (I / half * width + I % half + half)...);
}

/// Writes to sums[0], ... the sum over the lanes of each of `count` registers, where `count` is a power of 2. The lanes
/// are added as a tree of fixed shape. All registers are added up together; one by one, their last lanes would cost as
/// much as the rows that they come from.
template <int count, int width, class T>
inline void sums_of_lanes(const Register<T>* registers, T* sums) {
  constexpr int n = static_cast<int>(lanes<T>);
  if constexpr (width == 1) {
    for (int k = 0; k < count; ++k) std::copy_n(reinterpret_cast<const T*>(registers + k), n, sums + k * n);
  } else {
    constexpr int left = count == 1 ? 1 : count / 2;
    Register<T> halved[left];
    for (int k = 0; k < left; ++k)
      halved[k] = halve<width>(registers[count == 1 ? 0 : 2 * k], registers[count == 1 ? 0 : 2 * k + 1],
                               std::make_integer_sequence<int, n>());
    sums_of_lanes<left, width / 2>(halved, sums);
  }
}

}  // namespace fullforce::kernels

#pragma once
#include "fullforce/base/types.hpp"

namespace fullforce::kernels {

#if defined(__AVX512F__)
inline constexpr int register_bytes = 64;
#elif defined(__AVX__)
inline constexpr int register_bytes = 32;
#else
inline constexpr int register_bytes = 16;
#endif

/// A vector register of T, in the notation that GCC and Clang share.
template <class T>
struct RegisterOf;
template <>
struct RegisterOf<double> {
  typedef double type __attribute__((vector_size(register_bytes), may_alias));
};
template <>
struct RegisterOf<float> {
  typedef float type __attribute__((vector_size(register_bytes), may_alias));
};
template <class T>
using Register = typename RegisterOf<T>::type;

template <class T>
inline constexpr Index lanes = register_bytes / static_cast<Index>(sizeof(T));

template <class T>
inline const Register<T>& load(const T* p) {
  return *reinterpret_cast<const Register<T>*>(p);
}

template <class T>
inline Register<T>& at(T* p) {
  return *reinterpret_cast<Register<T>*>(p);
}

/// The sum over the lanes, as a tree of fixed shape.
template <class T>
inline T sum_of_lanes(const Register<T>& v) {
  T part[lanes<T>];
  for (Index l = 0; l < lanes<T>; ++l) part[l] = v[l];
  for (Index width = lanes<T> / 2; width > 0; width /= 2)
    for (Index l = 0; l < width; ++l) part[l] += part[l + width];
  return part[0];
}

}  // namespace fullforce::kernels

#include <Eigen/Core>
#include <algorithm>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// The number of elements is fixed. Eigen then uses its vector functions for all of them, so that no element meets a
/// scalar function.
template <Real T>
using Chunk = Eigen::Array<T, 64 / static_cast<int>(sizeof(T)), 1>;

Chunk<float> tanh_of(const Chunk<float>& x) { return x.tanh(); }

/// Below this magnitude a polynomial is more accurate than the formula with exp, whose difference cancels near 0.
constexpr double small = 0.125;

/// Eigen has no vector tanh of doubles, but its exp is a vector function. Near 0 the first terms of the Taylor series
/// of tanh keep the relative accuracy: the next term is below 4e-16 of the sum.
Chunk<double> tanh_of(const Chunk<double>& x) {
  const Chunk<double> s = x * x;
  const Chunk<double> series =
      x + x * s *
              (-1.0 / 3 +
               s * (2.0 / 15 + s * (-17.0 / 315 + s * (62.0 / 2835 + s * (-1382.0 / 155925 + s * 21844.0 / 6081075)))));
  const Chunk<double> formula = 1.0 - 2.0 / ((2.0 * x).exp() + 1.0);
  return (x.abs() < small).select(series, formula);
}

}  // namespace

template <Real T>
void tanh(const T* states, Index count, T* rates) {
  constexpr Index size = Chunk<T>::SizeAtCompileTime;
  Index i = 0;
  for (; i + size <= count; i += size)
    Eigen::Map<Chunk<T>>(rates + i) = tanh_of(Chunk<T>(Eigen::Map<const Chunk<T>>(states + i)));
  if (i == count) return;
  Chunk<T> rest = Chunk<T>::Zero();
  std::copy(states + i, states + count, rest.data());
  rest = tanh_of(rest);
  std::copy_n(rest.data(), count - i, rates + i);
}

template <Real T>
bool all_finite(const T* values, Index count) {
  using V = Pack<T, 64>;
  constexpr Index size = 64 / static_cast<Index>(sizeof(T));
  struct Unaligned {
    V value;
  } __attribute__((packed));
  // A finite number times 0 is 0. Anything else times 0 is NaN.
  V sum = {};
  Index i = 0;
  for (; i + size <= count; i += size) sum += reinterpret_cast<const Unaligned*>(values + i)->value * T(0);
  T total = T(0);
  for (Index l = 0; l < size; ++l) total += sum[l];
  for (; i < count; ++i) total += values[i] * T(0);
  return total == T(0);
}

template void tanh(const float*, Index, float*);
template void tanh(const double*, Index, double*);
template bool all_finite(const float*, Index);
template bool all_finite(const double*, Index);

}  // namespace fullforce::kernels

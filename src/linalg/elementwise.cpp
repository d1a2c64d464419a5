#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "fullforce/linalg/kernels.hpp"
#include "vector_register.hpp"

namespace fullforce::kernels {
namespace {

/// A register of elements that may begin at any element of an array.
template <Real T>
Register<T> load_anywhere(const T* from) {
  Register<T> value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

template <Real T>
void save_anywhere(const Register<T>& value, T* to) {
  std::memcpy(to, &value, sizeof(value));
}

/// Eigen uses its vector functions for all elements of an array of fixed size, so that no element meets a scalar
/// function.
inline Register<float> tanh_of(const Register<float>& x) {
  Eigen::Array<float, lanes<float>, 1> values;
  save_anywhere(x, values.data());
  values = values.tanh();
  return load_anywhere(values.data());
}

/// e^r - 1 as its Taylor series, for |r| <= ln(2) / 2: the next term is below 2e-17 of the sum. Even and odd terms are
/// added up apart, because one long chain of sums would have to wait for each of its links.
inline Register<double> exponential_less_one(Register<double> r) {
  using V = Register<double>;
  const V square = r * r;
  V odd = broadcast<V>(1.0 / 6227020800.0), even = broadcast<V>(1.0 / 479001600.0);  // 1 / 13! and 1 / 12!
  double factorial = 479001600.0;
  for (int n = 12; n > 2; n -= 2) {
    factorial /= n;
    odd = add_product(broadcast<V>(1.0 / factorial), odd, square);
    factorial /= n - 1;
    even = add_product(broadcast<V>(1.0 / factorial), even, square);
  }
  odd = add_product(broadcast<V>(1.0), odd, square);
  return add_product(r * odd, even, square);
}

/// Eigen has no vector tanh of doubles. With y = 2 |x| = k ln(2) + r, where k is a whole number, and p = e^r - 1,
///
///     |tanh(x)| = (e^y - 1) / (e^y + 1) = (2^k p + (2^k - 1)) / (2^k p + (2^k + 1)),
///
/// which loses no digits near 0, where k = 0, and takes one division.
inline Register<double> tanh_of(const Register<double>& x) {
  using V = Register<double>;
  using Bits = Pack<std::int64_t, register_bytes>;
  // Beyond this y the result is 1 in double precision. A NaN stays one.
  constexpr double largest = 40.0;
  constexpr double inverse_ln2 = 1.4426950408889634;
  // ln(2) in two parts. The first one has so few digits that its product with k is exact.
  constexpr double ln2 = 6.93147180369123816490e-01, rest_of_ln2 = 1.90821492927058770002e-10;
  // Added to a small number, this one leaves the nearest whole number in the last bits of the sum.
  constexpr double shift = 0x1.8p52;

  const Bits sign = (Bits)x & std::bit_cast<std::int64_t>(-0.0);
  V y = (V)((Bits)(x + x) ^ sign);
  y = y > largest ? broadcast<V>(largest) : y;
  const V shifted = add_product(broadcast<V>(shift), y, broadcast<V>(inverse_ln2));
  const V k = shifted - shift;
  const V r = add_product<true>(add_product<true>(y, k, broadcast<V>(ln2)), k, broadcast<V>(rest_of_ln2));
  const V power = (V)(((Bits)shifted << 52) + std::bit_cast<std::int64_t>(1.0));
  const V p = exponential_less_one(r);
  const V magnitude = add_product(power - 1.0, power, p) / add_product(power + 1.0, power, p);
  return (V)((Bits)magnitude | sign);
}

}  // namespace

template <Real T>
void tanh(const T* states, Index count, T* rates) {
  constexpr Index size = lanes<T>;
  // The last elements go through the same instructions as the others, in a register that zeros fill up: what an element
  // gets must not depend on how many stand behind it.
  for (Index i = 0; i < count; i += size) {
    const Index left = std::min(size, count - i);
    T rest[size] = {};
    if (left < size) std::copy_n(states + i, left, rest);
    const Register<T> result = tanh_of(load_anywhere(left < size ? rest : states + i));
    if (left == size) {
      save_anywhere(result, rates + i);
      continue;
    }
    save_anywhere(result, rest);
    std::copy_n(rest, left, rates + i);
  }
}

template <Real T>
bool all_finite(const T* values, Index count) {
  constexpr Index size = lanes<T>;
  // A finite number times 0 is 0. Anything else times 0 is NaN.
  Register<T> sum = {};
  Index i = 0;
  for (; i + size <= count; i += size) sum += load_anywhere(values + i) * T(0);
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

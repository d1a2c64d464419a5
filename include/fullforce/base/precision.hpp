#pragma once
#include <array>

#include "fullforce/base/enum_names.hpp"

namespace fullforce {

/// The scalar types of the big arrays, as `learning.precision` of a configuration names them. With mixed precision the
/// inverse correlation matrix P and its panel are in double precision, and everything else is in single precision.
enum class Precision { double_precision, single_precision, mixed };
template <>
inline constexpr std::array<std::string_view, 3> names_of<Precision> = {"double", "single", "mixed"};

/// Returns work(T{}), where T is the scalar type of all big arrays but P. Only this function and with_scalar_of_P()
/// turn a precision into a type.
///
/// Example: with_scalar(precision, [&](auto scalar) { return Session<decltype(scalar)>(...).run(); }).
template <class Work>
decltype(auto) with_scalar(Precision precision, const Work& work) {
  return precision == Precision::double_precision ? work(double{}) : work(float{});
}

/// The precision of the scalar type T.
template <class T>
inline constexpr Precision precision_of = sizeof(T) == 4 ? Precision::single_precision : Precision::double_precision;

/// Does the same with the scalar type of a dense P.
template <class Work>
decltype(auto) with_scalar_of_P(Precision precision, const Work& work) {
  return precision == Precision::single_precision ? work(float{}) : work(double{});
}

}  // namespace fullforce

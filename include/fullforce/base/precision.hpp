#pragma once
#include <array>

#include "fullforce/base/enum_names.hpp"

namespace fullforce {

/// The scalar type of the big arrays. `learning.precision` of a configuration names it "double" or "single".
enum class Precision { double_precision, single_precision };
template <>
inline constexpr std::array<std::string_view, 2> names_of<Precision> = {"double", "single"};

/// Returns work(T{}), where T is the scalar type that `precision` stands for. Only this function turns a precision into
/// a type.
///
/// Example: with_scalar(precision, [&](auto scalar) { return Session<decltype(scalar)>(...).run(); }).
template <class Work>
decltype(auto) with_scalar(Precision precision, const Work& work) {
  return precision == Precision::single_precision ? work(float{}) : work(double{});
}

}  // namespace fullforce

#pragma once
#include <array>

#include "fullforce/base/enum_names.hpp"

namespace fullforce {

/// The scalar of the big arrays, as `learning.precision` names it.
enum class Precision { double_precision, single_precision };
template <>
inline constexpr std::array<std::string_view, 2> names_of<Precision> = {"double", "single"};

/// work(T{}) with the scalar T that a precision stands for: the one place where the two part.
///
/// Example: with_scalar(precision, [&](auto scalar) { return Session<decltype(scalar)>(...).run(); }).
template <class Work>
decltype(auto) with_scalar(Precision precision, const Work& work) {
  return precision == Precision::single_precision ? work(float{}) : work(double{});
}

}  // namespace fullforce

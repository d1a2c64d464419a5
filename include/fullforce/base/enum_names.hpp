#pragma once
#include <string_view>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The names of an enumeration, in the order of its enumerators, as configurations and results write them. Specialised
/// beside each enumeration that has names.
template <class E>
inline constexpr auto names_of = nullptr;

template <class E>
requires std::is_enum_v<E>
constexpr std::string_view to_text(E value) { return names_of<E>[as_size(value)]; }

}  // namespace fullforce

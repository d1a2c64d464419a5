#pragma once
#include <string_view>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// The names of the enumerators of E, in the order of the enumerators, as configurations and results write them. Each
/// enumeration that has names specialises this variable beside its own definition.
template <class E>
inline constexpr auto names_of = nullptr;

/// Returns the name of an enumerator.
template <class E>
requires std::is_enum_v<E>
constexpr std::string_view to_text(E value) { return names_of<E>[as_size(value)]; }

}  // namespace fullforce

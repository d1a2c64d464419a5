#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fullforce/config/config.hpp"

namespace fullforce {

/// A value as TOML knows it; an enumerator is its name.
using Value = std::variant<bool, std::int64_t, double, std::string>;

/// The value as TOML: doubles keep every bit and stay floats.
std::string to_toml(const Value& value);

/// One key of the configuration: all that reading, checking, writing and comparing need to know.
struct Key {
  std::string_view section;
  std::string_view name;
  std::string_view comment;
  std::vector<std::string_view> choices;  ///< the strings allowed; empty = any
  std::function<Value(const Config&)> get;
  std::function<void(Config&, const Value&)> set;      ///< only with a value of get's type that has no complaint
  std::function<std::string(const Value&)> complaint;  ///< what is wrong with a value of get's type; empty = nothing

  std::string full_name() const;
};

/// Every key, section by section, in the order in which they are written.
const std::vector<Key>& keys();

/// Sections in that order.
std::vector<std::string_view> sections();

/// Null for an unknown key.
const Key* find_key(std::string_view section, std::string_view name);

}  // namespace fullforce

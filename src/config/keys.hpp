#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fullforce/config/config.hpp"

namespace fullforce {

/// A value of one of the types that TOML knows. An enumerator is stored as its name.
using Value = std::variant<bool, std::int64_t, double, std::string>;

/// The value as TOML. A double keeps every bit and stays a float.
std::string to_toml(const Value& value);

/// One key of the configuration. It holds all that is needed to read, check, write and compare its value.
struct Key {
  std::string_view section;
  std::string_view name;
  std::string_view comment;
  std::vector<std::string_view> choices;  ///< the strings that are allowed; if empty, all are
  std::function<Value(const Config&)> get;
  std::function<void(Config&, const Value&)> set;  ///< takes a value of get's type that has no complaint
  /// Says what is wrong with a value of get's type. The text is empty if nothing is.
  std::function<std::string(const Value&)> complaint;
  /// The strings for which false and true may be written; empty if neither may be.
  std::array<std::string_view, 2> of_truth = {};
  bool is_path = false;

  std::string full_name() const;
};

/// All keys, section by section, in the order in which they are written.
const std::vector<Key>& keys();

/// The names of all sections in that order.
std::vector<std::string_view> sections();

/// Finds a key. Returns null if it is unknown.
const Key* find_key(std::string_view section, std::string_view name);

}  // namespace fullforce

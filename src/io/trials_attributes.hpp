#pragma once
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce {

/// The root attributes of a trials file. All functions throw InputError that names the file, the attribute, and what
/// was expected.
class TrialsAttributes {
 public:
  /// `name` is the name of the open file in messages.
  TrialsAttributes(hid_t file, std::string name) : file_(file), name_(std::move(name)) {}

  /// The version of the file, once it is known to be a trials file of a version that this program reads.
  Index version() const;
  /// Throws unless a file of this version may have the attributes that it has. Attributes of other programs may be
  /// there, but none that looks like a known one mistyped, which would be left out without a word.
  void check_names(Index version) const;
  /// The step in seconds.
  double dt() const;
  /// The texts of an attribute that names so many channels; nothing where the file does not have it.
  std::vector<std::string> names(const char* attribute, Index channels) const;

 private:
  hdf5::Value value(const char* attribute, const std::string& expected) const;
  double number(const char* attribute, const std::string& expected) const;

  hid_t file_;
  std::string name_;
};

}  // namespace fullforce

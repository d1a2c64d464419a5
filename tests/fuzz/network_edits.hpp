#pragma once
#include <filesystem>
#include <string_view>

namespace fullforce {

/// Changes a network file by lines of text (network_fuzz.cpp).
class NetworkEdits {
 public:
  explicit NetworkEdits(std::filesystem::path path) : path_(std::move(path)) {}

  /// Makes the change of a line, if it is one to the objects of the file.
  void before_sealing(std::string_view line);

  /// Gives all datasets the checksums of what they hold, unless a line said otherwise, and seals the file.
  void seal() const;

  /// Makes the change of a line, if it is one to the bytes of the file.
  void after_sealing(std::string_view line) const;

 private:
  std::filesystem::path path_;
  bool stale_ = false;
};

}  // namespace fullforce

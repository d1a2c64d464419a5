#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// An array of results, row-major, under a path like "/pca/network/variances".
struct ResultArray {
  std::string name;
  std::vector<Index> extents;
  std::vector<double> values;
};

/// Writes arrays and texts (root attributes, beside `format` and format_version = 1) to a temporary name, renamed when
/// whole. Serial, one rank. Throws RunError when it cannot be written or an array has not the size that its shape says.
void write_results(const std::filesystem::path& path, const std::string& format,
                   const std::map<std::string, std::string>& texts, const std::vector<ResultArray>& arrays);

}  // namespace fullforce

#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// One array of results.
struct ResultArray {
  std::string name;            ///< path in the file, for example "/pca/network/variances"; missing groups are made
  std::vector<Index> extents;  ///< shape
  std::vector<double> values;  ///< row-major
};

/// Writes results as HDF5: `arrays` as datasets, and `texts` (by name) as root attributes beside `format`
/// (which becomes `kind`) and `format_version`. The file is replaced as a whole. Called by one rank. Throws RunError
/// where the file cannot be written, or where an array has not as many values as its shape says.
void write_results(const std::filesystem::path& path, const std::string& kind,
                   const std::map<std::string, std::string>& texts, const std::vector<ResultArray>& arrays);

}  // namespace fullforce

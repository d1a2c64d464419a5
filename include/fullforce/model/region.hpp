#pragma once
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// A named group of neurons.
struct Region {
  std::string name;
  std::vector<Index> neurons;  ///< in the order in which results list them, each once
};

}  // namespace fullforce

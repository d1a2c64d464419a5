#pragma once
#include <string>

namespace fullforce {

/// The version of the HDF5 library that is loaded, as in "1.10.8".
std::string hdf5_library();

}  // namespace fullforce

#pragma once
#include <string>

namespace fullforce {

/// The version of the HDF5 library that is loaded, for example "1.10.8". It is written into the provenance of a run.
std::string hdf5_library();

}  // namespace fullforce

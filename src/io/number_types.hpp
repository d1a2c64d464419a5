#pragma once
#include <hdf5.h>

#include <string>

namespace fullforce {

/// What the scalars of a dataset are, where HDF5 cannot turn them into floating-point numbers; empty where it can:
/// integers, floating-point numbers of any size, and bool as h5py stores it. Throws RunError where HDF5 fails.
std::string kind_unless_numbers(hid_t dataset);

}  // namespace fullforce

#pragma once
#include <hdf5.h>

#include <string>

namespace fullforce {

/// Throws InputError unless the sources of a virtual dataset (HDF5 puts it together from parts of others) are there,
/// are whole themselves, are as large as the parts that are taken from them, and together give every value. `creation`
/// are the properties with which the dataset was made, and `what` names it in the message.
void expect_sources(hid_t dataset, hid_t creation, const std::string& what);

}  // namespace fullforce

#pragma once
#include <hdf5.h>

#include <cstdint>
#include <span>
#include <string>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// Reads a dataset of numbers [steps], [steps, 1], [1, steps] or [steps, outputs] as masks [steps, outputs], of which
/// each is 0 or 1. A mask of a step is that of all outputs. `what` names the dataset in messages. The values are
/// converted piece by piece, since they would take eight times the memory of the masks. Throws InputError for another
/// value, and RunError where HDF5 fails.
void read_masks(hid_t dataset, const std::string& what, Index outputs, std::span<std::uint8_t> masks);

}  // namespace fullforce
